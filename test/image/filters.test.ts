import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clahe, gaussianBlur, resizeLabels, resizePlane } from "../../src/image/index.ts";
import { anyPlane } from "./arbitrary.ts";
import { fixture } from "./fixture.ts";

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);

function correlation(a: Float32Array, b: Float32Array): number {
  const [meanA, meanB] = [sum(a) / a.length, sum(b) / b.length];
  const product = (p: Float32Array, mp: number, q: Float32Array, mq: number) =>
    sum(p.map((v, i) => (v - mp) * (q[i]! - mq)));
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}

describe("gaussianBlur", () => {
  const { plane } = fixture("filters");

  it.each([
    ["blur07", 0.7],
    ["blur2", 2],
    ["blur20", 20],
  ])("equals scipy.ndimage.gaussian_filter: %s", (key, sigma) => {
    expect(gaussianBlur(plane("image"), sigma).data).toBeAllclose(plane(key).data, { relative: 2e-6 });
  });

  it("keeps the mean and never leaves the range", () => {
    fc.assert(
      fc.property(anyPlane, fc.double({ min: 0.1, max: 5, noNaN: true }), (plane, sigma) => {
        const blurred = gaussianBlur(plane, sigma);
        expect(sum(blurred.data)).toBeCloseTo(sum(plane.data), 2);
        expect(Math.max(...blurred.data)).toBeLessThanOrEqual(Math.max(...plane.data) + 1e-4);
        expect(Math.min(...blurred.data)).toBeGreaterThanOrEqual(Math.min(...plane.data) - 1e-4);
      }),
    );
  });

  it("copies for sigma 0", () => {
    const image = plane("image");
    const copy = gaussianBlur(image, 0);
    expect(copy).toEqual(image);
    expect(copy.data).not.toBe(image.data);
  });
});

describe("clahe", () => {
  const { plane } = fixture("filters");

  it("agrees with skimage.exposure.equalize_adapthist in the main", () => {
    const equalised = clahe(plane("image"), { tiles: 4, clipLimit: 0.02 });
    // scikit-image pads to whole tiles and stretches the result at the end, so only the pattern must agree.
    expect(correlation(equalised.data, plane("clahe").data)).toBeGreaterThan(0.99);
  });

  it("is ordinary histogram equalisation for one tile without a limit", () => {
    const image = plane("image");
    const bins = 4096;
    const equalised = clahe(image, { tiles: 1, clipLimit: 1, bins });
    const sorted = image.data.toSorted();
    const rank = image.data.map((value) => sorted.findLastIndex((other) => other <= value) + 1);
    expect(equalised.data).toBeAllclose(
      rank.map((r) => r / image.data.length),
      { absolute: 0.005 },
    );
  });

  it("raises no contrast that the limit forbids: at the lowest limit it is linear", () => {
    const ramp = {
      data: Float32Array.from({ length: 64 * 64 }, (_, i) => Math.floor(i / 64) ** 2),
      height: 64,
      width: 64,
    };
    const equalised = clahe(ramp, { tiles: 1, clipLimit: 1 / 64, bins: 64 });
    const highest = Math.max(...ramp.data);
    // Every bin holds the same number of pixels at that limit: the mapping is the identity up to 1½ bins.
    expect(equalised.data).toBeAllclose(
      ramp.data.map((value) => value / highest),
      { absolute: 1.5 / 64 },
    );
  });

  it("gives zeros for a plane of one value", () => {
    expect(clahe({ data: new Float32Array(12).fill(5), height: 3, width: 4 }).data).toEqual(new Float32Array(12));
  });
});

describe("resizePlane", () => {
  const { plane } = fixture("resize");

  it.each([
    ["bilinearUp", "bilinear"],
    ["bilinearDown", "bilinear"],
    ["nearestUp", "nearest"],
    ["nearestDown", "nearest"],
    ["areaUp", "area"],
    ["areaDown", "area"],
  ] as const)("equals its reference (PyTorch, or NumPy for area): %s", (key, method) => {
    const expected = plane(key);
    const resized = resizePlane(plane("image"), expected.height, expected.width, { method });
    expect(resized.data).toBeAllclose(expected.data, { relative: 3e-6 });
  });

  it("keeps the mean with area, whatever the sizes", () => {
    const size = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(anyPlane, size, size, (plane, height, width) => {
        const resized = resizePlane(plane, height, width, { method: "area" });
        expect(sum(resized.data) / resized.data.length).toBeCloseTo(sum(plane.data) / plane.data.length, 3);
      }),
    );
  });

  it.each(["bilinear", "area", "nearest"] as const)("changes nothing at the same size: %s", (method) => {
    const image = plane("image");
    expect(resizePlane(image, image.height, image.width, { method })).toEqual(image);
  });

  it("moves labels exactly as nearest moves values", () => {
    const image = plane("image");
    const labels = { ...image, data: Uint32Array.from(image.data) };
    const values = { ...image, data: Float32Array.from(labels.data) };
    const resized = resizeLabels(labels, 31, 99);
    expect(resized).toMatchObject({ height: 31, width: 99 });
    expect(Array.from(resized.data)).toEqual(Array.from(resizePlane(values, 31, 99, { method: "nearest" }).data));
  });
});
