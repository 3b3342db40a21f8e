import { expect, test } from "vitest";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { powerRatios } from "../../src/metrics/power-ratios.ts";

const side = 64;
const noises = (seed: number, gain = 1): Plane[] =>
  Array.from({ length: 48 }, (_, n) => {
    const own = random(seed).fork(n);
    const data = Float32Array.from({ length: side * side }, () => gain * own.normal());
    return { data, height: side, width: side };
  });

test("twice the contrast is four times the power, at every size", () => {
  const ratios = powerRatios(noises(1, 2), noises(2));
  expect(ratios.map(({ fromPx }) => fromPx)).toEqual([Infinity, 8, 4, 8 / 3]);
  expect(ratios.map(({ toPx }) => toPx)).toEqual([8, 4, 8 / 3, 2]);
  for (const { ratio } of ratios) expect(Math.abs(ratio / 4 - 1)).toBeLessThan(0.05);
});

test("a Gaussian blur leaves exp(−4π²σ²f²) of the power", () => {
  const [sigmaPx, bands] = [1, 8];
  const sharp = noises(3);
  const ratios = powerRatios(
    sharp.map((plane) => gaussianBlur(plane, sigmaPx)),
    sharp,
    { bands },
  );
  for (const [band, { ratio }] of ratios.entries()) {
    const rings = Array.from({ length: side / 2 }, (_, k) => (k + 1) / side).filter(
      (f) => Math.min(bands - 1, Math.floor(2 * f * bands)) === band,
    );
    const kept = rings.reduce((sum, f) => sum + f * Math.exp(-4 * (Math.PI * sigmaPx * f) ** 2), 0);
    const expected = kept / rings.reduce((sum, f) => sum + f, 0);
    expect(Math.abs(ratio - expected)).toBeLessThan(0.02);
  }
});

test("sets of other sizes, or none, are refused", () => {
  const small = { data: new Float32Array(16), height: 4, width: 4 };
  expect(() => powerRatios([small], noises(1))).toThrow(
    "two sets of images, all of one size, got 1 and 48 images of 4 x 4, 64 x 64",
  );
  expect(() => powerRatios([], noises(1))).toThrow("expected two sets of images");
  expect(() => powerRatios(noises(1), [{ data: new Float32Array(side * side), height: side, width: side }])).toThrow(
    "expected images with detail of every size",
  );
});
