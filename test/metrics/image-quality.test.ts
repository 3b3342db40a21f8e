import { describe, expect, it } from "vitest";
import { DataError, ShapeError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { affineFit, affineFitted } from "../../src/image/affine-fit.ts";
import { msSsim, nrmse, psnr, scoringPair, ssim } from "../../src/metrics/index.ts";
import { cropped, storedFixture } from "./quality-fixture.ts";

const { plane, value } = storedFixture("metrics-quality", "similarity");
const [whole, wholeRestored] = [plane("truth"), plane("restored")];
const area = value<[number, number, number, number]>("crop");
const [truth, restored] = [cropped(whole, ...area), cropped(wholeRestored, ...area)];
const changed = (image: Plane, change: (value: number) => number): Plane => ({
  ...image,
  data: image.data.map(change),
});

describe("psnr", () => {
  it("equals scikit-image, with the range as told", () => {
    expect(psnr(truth, restored, { dataRange: 255 })).toBeCloseTo(value("psnr"), 10);
    expect(psnr(truth, restored, { dataRange: 160 })).toBeCloseTo(value("psnr160"), 10);
  });

  it("is infinite for equal images, and refuses a range that is none", () => {
    expect(psnr(truth, truth, { dataRange: 255 })).toBe(Number.POSITIVE_INFINITY);
    for (const dataRange of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => psnr(truth, restored, { dataRange })).toThrow(DataError);
    expect(() => psnr(truth, whole, { dataRange: 255 })).toThrow(ShapeError);
  });
});

describe("ssim", () => {
  it.each([
    ["ssimGaussian", { dataRange: 255 }],
    ["ssimGaussianWide", { dataRange: 160, sigmaPx: 2.3, sampleCovariance: true, k1: 0.02, k2: 0.05 }],
    ["ssimUniform", { dataRange: 255, window: "uniform" }],
    ["ssimUniform11", { dataRange: 255, window: "uniform", sidePx: 11, sampleCovariance: false }],
  ] as const)("equals scikit-image: %s", (name, options) => {
    expect(ssim(truth, restored, options)).toBeCloseTo(value(name), 10);
  });

  it("is 1 for equal images and low for inverted ones, and refuses what it cannot judge", () => {
    expect(ssim(truth, truth, { dataRange: 255 })).toBeCloseTo(1, 12);
    expect(
      ssim(
        truth,
        changed(truth, (v) => 255 - v),
        { dataRange: 255 },
      ),
    ).toBeLessThan(0.1);
    expect(() => ssim(cropped(truth, 0, 10, 0, 40), cropped(restored, 0, 10, 0, 40), { dataRange: 255 })).toThrow(
      /at least \[11, 11\] pixels.*got \[10, 40\]/,
    );
    expect(() => ssim(truth, restored, { dataRange: 255, window: "uniform", sidePx: 8 })).toThrow(DataError);
  });
});

describe("msSsim", () => {
  it("equals pytorch-msssim at five scales, and its single scales put together at fewer and at odd sizes", () => {
    const five = msSsim(whole, wholeRestored, { dataRange: 255 });
    expect(five.scales).toBe(5);
    expect(five.value).toBeCloseTo(value("msSsim"), 6);
    const odd = (image: Plane) => cropped(image, 0, 113, 0, 151);
    const four = msSsim(odd(whole), odd(wholeRestored), { dataRange: 255 });
    expect(four.scales).toBe(4);
    expect(four.value).toBeCloseTo(value("msSsimOdd"), 6); // float32 planes between scales
    const three = msSsim(truth, restored, { dataRange: 255 });
    expect(three.scales).toBe(3);
    expect(three.value).toBeCloseTo(value("msSsimSmall"), 6);
    expect(three.weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  it("is one window's SSIM at one scale, 1 for equal images, 0 where contrast is inverted", () => {
    const one = msSsim(truth, restored, { dataRange: 255, scales: 1 });
    expect(one.value).toBeCloseTo(ssim(truth, restored, { dataRange: 255 }), 12);
    expect(msSsim(whole, whole, { dataRange: 255 }).value).toBeCloseTo(1, 12);
    expect(
      msSsim(
        whole,
        changed(whole, (v) => 255 - v),
        { dataRange: 255 },
      ).value,
    ).toBe(0);
  });

  it("refuses more scales than fit", () => {
    expect(() => msSsim(truth, restored, { dataRange: 255, scales: 4 })).toThrow(/1 to 3 scales.*got 4/);
    const tiny = emptyPlane(10, 200);
    expect(() => msSsim(tiny, tiny, { dataRange: 1 })).toThrow(/got \[10, 200\]/);
  });
});

describe("nrmse", () => {
  it.each(["euclidean", "min-max", "mean"] as const)("equals scikit-image: %s", (normalization) => {
    const expected = value<Record<string, number>>("nrmse")[normalization]!;
    expect(nrmse(truth, restored, { normalization })).toBeCloseTo(expected, 10);
  });
});

describe("affine fit", () => {
  it("equals NumPy's least squares on the target normalised by percentiles, and so does the PSNR after it", () => {
    const pair = scoringPair(truth, restored);
    const [gain, offset] = value<[number, number]>("affine");
    expect(pair.fit.gain).toBeCloseTo(gain, 8);
    expect(pair.fit.offset).toBeCloseTo(offset, 7);
    expect(psnr(pair.target, pair.prediction, pair)).toBeCloseTo(value("psnrAfterFit"), 4);
  });

  it("undoes any gain and offset, so that scores do not depend on them", () => {
    const draw = random(4);
    for (let k = 0; k < 5; k++) {
      const [gain, offset] = [draw.between(0.2, 30), draw.between(-100, 100)];
      const fit = affineFit(
        truth,
        changed(truth, (v) => (v - offset) / gain),
      );
      expect([fit.gain, fit.offset]).toBeAllclose([gain, offset], { relative: 1e-5, absolute: 1e-4 });
      const scored = scoringPair(
        truth,
        changed(restored, (v) => gain * v + offset),
      );
      expect(psnr(scored.target, scored.prediction, scored)).toBeCloseTo(value("psnrAfterFit"), 3);
    }
  });

  it("tells the mean square that it leaves over, and takes no gain below the least", () => {
    const leftOver = ({ gain, offset }: { gain: number; offset: number }, image: Plane) =>
      truth.data.reduce((sum, v, i) => sum + (v - gain * image.data[i]! - offset) ** 2, 0) / truth.data.length;
    const negative = changed(restored, (v) => -v);
    for (const [image, options] of [
      [restored, {}],
      [negative, {}],
      [negative, { leastGain: 0 }],
    ] as const) {
      const fit = affineFit(truth, image, options);
      expect(fit.meanSquare / leftOver(fit, image)).toBeCloseTo(1, 6);
    }
    expect(affineFit(truth, negative).gain).toBeLessThan(0);
    expect(affineFit(truth, negative, { leastGain: 0 }).gain).toBe(0);
  });

  it("tells how far noise of single pixels moves the gain", () => {
    const fits = Array.from({ length: 200 }, (_, k) => {
      const noise = random(9).fork(k);
      return affineFit(
        changed(truth, (v) => 2 * v + 0.3 * noise.normal()),
        truth,
      );
    });
    const mean = (of: (fit: (typeof fits)[number]) => number) => fits.reduce((sum, fit) => sum + of(fit), 0) / 200;
    const [gain, told] = [mean((fit) => fit.gain), mean((fit) => fit.gainError)];
    expect(Math.sqrt(mean((fit) => (fit.gain - gain) ** 2)) / told).toBeGreaterThan(0.85);
    expect(Math.sqrt(mean((fit) => (fit.gain - gain) ** 2)) / told).toBeLessThan(1.15);
  });

  it("fits a blank prediction with the target's mean", () => {
    const fit = affineFit(truth, emptyPlane(truth.height, truth.width));
    const mean = truth.data.reduce((a, b) => a + b) / truth.data.length;
    expect(fit).toMatchObject({ gain: 0, offset: mean });
    expect(fit.meanSquare).toBeCloseTo(truth.data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / truth.data.length, 6);
    expect(affineFitted(restored, fit).data[7]).toBeCloseTo(mean, 4);
    const flat = scoringPair(emptyPlane(20, 20), emptyPlane(20, 20));
    expect(flat.target.data.every((v) => v === 0)).toBe(true);
  });
});
