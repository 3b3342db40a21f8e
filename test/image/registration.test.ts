import { describe, expect, it } from "vitest";
import { DataError, ShapeError } from "../../src/core/errors.ts";
import { emptyPlane } from "../../src/core/plane.ts";
import { alignedPair, registerTranslation, translatePlane } from "../../src/image/index.ts";
import { cropped, storedFixture } from "../metrics/quality-fixture.ts";

const { plane, value, doubles } = storedFixture("metrics-quality", "registration");
const scene = plane("scene");

interface Case {
  readonly moving: string;
  readonly upsampling: number;
  readonly normalization: "none" | "phase";
  readonly shift: readonly [number, number];
}

describe("registerTranslation", () => {
  it.each(value<Case[]>("cases"))("equals scikit-image: $moving, 1/$upsampling pixel, $normalization", (one) => {
    const { dyPx, dxPx } = registerTranslation(scene, plane(one.moving), one);
    expect([dyPx, dxPx]).toBeAllclose(one.shift, { absolute: 1e-9 });
  });

  it("says how well the images agree after the shift", () => {
    const shifted = translatePlane(scene, { dyPx: 0, dxPx: 0 });
    expect(registerTranslation(scene, shifted).correlation).toBeCloseTo(1, 6);
    const far = registerTranslation(scene, plane("moving1"), { upsampling: 20 });
    expect(far.correlation).toBeGreaterThan(0.95);
    expect(registerTranslation(scene, plane("moving1"), { maximumPx: 2 }).correlation).toBeLessThan(far.correlation);
    expect(registerTranslation(scene, emptyPlane(61, 74))).toEqual({ dyPx: 0, dxPx: 0, correlation: 0 });
  });

  it("looks no further than it is told", () => {
    expect(registerTranslation(scene, plane("moving0"))).toMatchObject({ dyPx: -3, dxPx: 5 });
    const near = registerTranslation(scene, plane("moving0"), { maximumPx: 4 });
    expect(Math.max(Math.abs(near.dyPx), Math.abs(near.dxPx))).toBeLessThanOrEqual(4);
  });

  it("refuses other sizes and odd upsampling", () => {
    expect(() => registerTranslation(scene, emptyPlane(61, 70))).toThrow(ShapeError);
    expect(() => registerTranslation(scene, scene, { upsampling: 0.5 })).toThrow(DataError);
  });
});

describe("translatePlane", () => {
  it("equals scipy.ndimage.fourier_shift of the image continued by reflection", () => {
    const moved = translatePlane(cropped(scene, 0, 31, 0, 40), { dyPx: 1.3, dxPx: -2.45 });
    expect(moved.data).toBeAllclose(doubles("translated"), { relative: 1e-6, absolute: 1e-4 });
  });

  it("moves by whole pixels exactly", () => {
    const moved = translatePlane(scene, { dyPx: 2, dxPx: -3 });
    const inside = cropped(moved, 2, 61, 0, 71).data;
    expect(inside).toBeAllclose(cropped(scene, 0, 59, 3, 74).data, { absolute: 1e-4 });
  });
});

describe("alignedPair", () => {
  it("brings two fields onto each other and keeps what both show", () => {
    const [first, second] = [cropped(scene, 0, 50, 10, 70), cropped(scene, 4, 54, 8, 68)]; // second shows everything 4 up, 2 right
    const { reference, moving, shift } = alignedPair(first, second, { maximumPx: 10 });
    expect(shift).toMatchObject({ dyPx: 4, dxPx: -2 });
    expect([reference.height, reference.width]).toEqual([46, 58]);
    expect(moving.data).toBeAllclose(reference.data, { absolute: 1e-3 });
  });
});
