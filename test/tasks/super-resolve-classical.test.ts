import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { dct2, idct2 } from "../../src/image/dct2.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { gaussianResponse } from "../../src/tasks/super-resolve/classical/gaussian-response.ts";
import {
  bicubicEnlargement,
  classicalMethods,
  gaussianDenoise,
  richardsonLucy,
  wienerDeconvolution,
} from "../../src/tasks/super-resolve/index.ts";
import { decibels, toyPair } from "./super-resolve-toy.ts";

/** scikit-image, Pillow and SciPy; see fixtures/super-resolve-networks/make.py. */
const expected = JSON.parse(
  readFileSync(new URL("../../fixtures/super-resolve-networks/classical.json", import.meta.url), "utf8"),
);
const planeOf = (data: number[], [height, width]: [number, number]): Plane => ({
  data: Float32Array.from(data),
  height,
  width,
});
const image = planeOf(expected.image, expected.shape);
const rmse = (a: Plane, b: Plane) =>
  Math.sqrt(a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0) / a.data.length);

describe("classical methods equal", () => {
  test("Pillow's bicubic enlargement, borders included", () => {
    for (const scale of [2, 4])
      expect(bicubicEnlargement(image, scale).data).toBeAllclose(expected.bicubic[scale], { absolute: 2e-6 });
  });

  test("scikit-image's Gaussian", () => {
    expect(gaussianDenoise(image, expected.gaussian).data).toBeAllclose(expected.gaussian.result, { absolute: 1e-6 });
  });

  test("scikit-image's Wiener deconvolution of the mirrored image", () => {
    expect(wienerDeconvolution(image, expected.wiener).data).toBeAllclose(expected.wiener.result, { absolute: 1e-5 });
  });

  test("scikit-image's Richardson–Lucy of the mirrored image", () => {
    expect(richardsonLucy(image, expected.richardsonLucy).data).toBeAllclose(expected.richardsonLucy.result, {
      absolute: 1e-4,
    });
  });
});

describe("strengths chosen from the image", () => {
  const { choice } = expected;
  const [truth, seen] = [planeOf(choice.truth, choice.shape), planeOf(choice.seen, choice.shape)];

  test("Wiener: within 5 % of the best of all, and not worse than scikit-image's unsupervised choice", () => {
    const error = rmse(wienerDeconvolution(seen, choice), truth);
    expect(error).toBeLessThan(1.05 * choice.bestWienerRmse);
    expect(error).toBeLessThan(choice.unsupervisedWienerRmse);
  });

  test("Gaussian: within 10 % of the best of all", () => {
    const error = rmse(gaussianDenoise(seen), gaussianBlur(truth, choice.psfSigmaPx));
    expect(error).toBeLessThan(1.1 * choice.bestGaussianRmse);
  });
});

test("a blur is a product of cosine coefficients with its response", () => {
  const [down, across] = [gaussianResponse(image.height, 2.1), gaussianResponse(image.width, 2.1)];
  const coefficients = dct2(image);
  const data = coefficients.data.map(
    (value, i) => value * down[Math.floor(i / image.width)]! * across[i % image.width]!,
  );
  expect(idct2({ ...coefficients, data }).data).toBeAllclose(gaussianBlur(image, 2.1).data, { absolute: 1e-6 });
});

test("Richardson–Lucy keeps the sum and stays at or above 0", () => {
  const { low } = toyPair(random(3), { noise: 0 });
  const result = richardsonLucy(low, { psfSigmaPx: 2 });
  const sum = (plane: Plane) => plane.data.reduce((a, b) => a + b, 0);
  expect(sum(result) / sum(low)).toBeCloseTo(1, 3);
  expect(Math.min(...result.data)).toBeGreaterThanOrEqual(0);
});

test.each(Object.entries(classicalMethods))("%s enlarges the field in place", (_name, { resolve }) => {
  for (const scale of [1, 2, 4] as const) {
    const { low, high } = toyPair(random(12), { edgePx: 64, scale, noise: 0.01 });
    const result = resolve(low, { scale, psfSigmaPx: 2 / scale });
    expect([result.height, result.width]).toEqual([64, 64]);
    // A field that had moved by a pixel would be far worse than nothing drawn at all.
    const nothing = { ...high, data: high.data.map(() => 0) };
    expect(decibels(high, result)).toBeGreaterThan(decibels(high, nothing) + 0.5);
  }
});

test("deconvolution beats interpolation on a blurred image with little noise", () => {
  const { low, high } = toyPair(random(13), { edgePx: 64, noise: 0.003 });
  const options = { scale: 1, psfSigmaPx: 2 } as const;
  const score = (name: keyof typeof classicalMethods) => decibels(high, classicalMethods[name].resolve(low, options));
  expect(score("wiener")).toBeGreaterThan(score("bicubic") + 1);
  expect(score("richardsonLucy")).toBeGreaterThan(score("bicubic") + 1);
});
