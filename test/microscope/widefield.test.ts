import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { convolution } from "../../src/microscope/modalities/convolution.ts";
import { smoothField } from "../../src/microscope/modalities/smooth-field.ts";
import { wideBlur } from "../../src/microscope/modalities/wide-blur.ts";
import { widefield } from "../../src/microscope/modalities/widefield.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { gaussianPsf } from "../../src/microscope/psf/gaussian-psf.ts";
import { nuclei } from "../../src/microscope/specimens/nuclei.ts";

const plane = (data: ArrayLike<number>, height: number, width: number): Plane => ({
  data: Float32Array.from(data),
  height,
  width,
});
const noise = (height: number, width: number, seed = 0) => {
  const stream = random(seed);
  return plane(
    Array.from({ length: height * width }, () => stream.uniform()),
    height,
    width,
  );
};
const mean = ({ data }: Plane) => data.reduce((sum, value) => sum + value, 0) / data.length;
const worst = (a: Plane, b: Plane) =>
  a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);

describe("convolution", () => {
  test("agrees with scipy.ndimage.convolve, an uneven psf included", () => {
    const file = new URL("../../fixtures/microscope/convolution.json", import.meta.url);
    const fixture = JSON.parse(readFileSync(file, "utf8")) as Record<"plane" | "psf" | "expected", number[]>;
    const result = convolution(plane(fixture.plane, 19, 23), plane(fixture.psf, 7, 5));
    expect(worst(result, plane(fixture.expected, 19, 23))).toBeLessThan(2e-6);
  });

  test("of a point is the psf, of a constant the constant", () => {
    const psf = gaussianPsf({ sigmaPx: 1 }); // 9 × 9
    const point = emptyPlane(9, 9);
    point.data[40] = 1;
    expect(worst(convolution(point, psf), psf)).toBeLessThan(1e-6);
    const constant = plane(new Array(150).fill(3), 10, 15);
    expect(worst(convolution(constant, psf), constant)).toBeLessThan(1e-5);
  });
});

describe("wideBlur", () => {
  const dots = emptyPlane(97, 130);
  for (const at of [3000, 7000, 10000]) dots.data[at] = 1000;
  const cells = nuclei(fluorescenceNuclei().fields[0]!.nuclei, { height: 97, width: 130, random: random(1) }).emission;

  test.each([1.3, 5, 12])("of %s px is the Gaussian blur, on nuclei to 0.03 of the peak, on points to 0.1", (sigma) => {
    for (const [scene, tolerance] of [
      [cells, 0.03],
      [dots, 0.1],
    ] as const) {
      const [ours, exact] = [wideBlur(scene, sigma), gaussianBlur(scene, sigma)];
      expect(worst(ours, exact) / Math.max(...exact.data)).toBeLessThan(tolerance);
      expect(mean(ours) / mean(scene)).toBeCloseTo(1, 2);
    }
  });
});

test("smoothField has mean near 0, deviation near 1, and is smooth", () => {
  const fields = Array.from({ length: 40 }, (_, i) => smoothField(24, 32, { random: random(i) }));
  const values = fields.flatMap((field) => [...field.data]);
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
  expect(Math.abs(centre)).toBeLessThan(0.3);
  expect(deviation).toBeGreaterThan(0.75);
  expect(deviation).toBeLessThan(1.2);
  for (const { data } of fields)
    for (let i = 1; i < 32; i++) expect(Math.abs(data[i]! - data[i - 1]!)).toBeLessThan(0.9);
});

describe("widefield", () => {
  const emission = noise(40, 32);

  test("adds the planes, each with its own blur", () => {
    const other = noise(40, 32, 1);
    const together = widefield([
      { emission, psf: { sigmaPx: 1 } },
      { emission: other, psf: { sigmaPx: 3 } },
    ]);
    const apart = [gaussianBlur(emission, 1), gaussianBlur(other, 3)];
    expect(
      worst(together, { ...emission, data: apart[0]!.data.map((value, i) => value + apart[1]!.data[i]!) }),
    ).toBeLessThan(1e-5);
  });

  test("gives the same with a Gaussian psf as with its width", () => {
    const [image, width] = [gaussianPsf({ sigmaPx: 1.5 }), { sigmaPx: 1.5 }];
    expect(worst(widefield([{ emission, psf: image }]), widefield([{ emission, psf: width }]))).toBeLessThan(1e-5);
  });

  test("loses no light: the mean of the image is that of the emission, its halo and the background", () => {
    const photons = widefield([{ emission, psf: gaussianPsf({ sigmaPx: 2 }) }], {
      background: 5,
      halo: { share: 0.3, sigmaPx: 9 },
    });
    expect(mean(photons)).toBeCloseTo(1.3 * mean(emission) + 5, 3);
  });

  test("lights the nuclei unevenly, not the background", () => {
    const illumination = plane(
      Array.from({ length: 40 * 32 }, (_, i) => (i % 32 < 16 ? 0.5 : 1.5)),
      40,
      32,
    );
    const photons = widefield([{ emission, psf: { sigmaPx: 0 } }], { illumination, background: 2 });
    expect(photons.data[0]).toBeCloseTo(0.5 * emission.data[0]! + 2, 5);
    expect(photons.data[20]).toBeCloseTo(1.5 * emission.data[20]! + 2, 5);
  });

  test("refuses planes of different size", () => {
    expect(() => widefield([{ emission, psf: { sigmaPx: 1 } }], { illumination: noise(3, 3) })).toThrow(ShapeError);
  });
});
