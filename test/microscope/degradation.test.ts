import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { DataError, ShapeError, UnitError } from "../../src/core/errors.ts";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { cropPlane } from "../../src/data/crop.ts";
import { readImage } from "../../src/data/formats/read-image.ts";
import { channelPlane } from "../../src/data/image.ts";
import { partOf } from "../../src/image/part-of.ts";
import { resizePlane } from "../../src/image/resize-plane.ts";
import { bicubic } from "../../src/microscope/degradation/bicubic.ts";
import { calibrateDegradation } from "../../src/microscope/degradation/calibrate-degradation.ts";
import { clippedVariance } from "../../src/microscope/degradation/clipped-noise.ts";
import { type DegradationSettings, degrade, degradedLight } from "../../src/microscope/degradation/degrade.ts";
import {
  degradePublished,
  emptyArea,
  publishedBlurPx,
  publishedLight,
} from "../../src/microscope/degradation/degrade-published.ts";
import { photonTransfer } from "../../src/microscope/degradation/photon-transfer.ts";
import { isUsablePatch } from "../../src/microscope/degradation/usable-patch.ts";
import { cellMicrotubules } from "../../src/microscope/localizations/presets.ts";
import { filaments } from "../../src/microscope/specimens/filaments.ts";
import { perlinFromAngles, perlinNoise } from "../../src/microscope/specimens/perlin-noise.ts";
import { renderFilaments } from "../../src/microscope/specimens/render-filaments.ts";
import { realData } from "../real-data.ts";

const f = JSON.parse(
  readFileSync(new URL("../../fixtures/localizations/degradation.json", import.meta.url), "utf8"),
) as {
  height: number;
  width: number;
  cells: number;
  angles: number[];
  perlin: number[];
  plane: number[];
  sigmaPx: number;
  light: number[];
  enlarged: number[];
};
const planeOf = (data: ArrayLike<number>, height: number, width: number): Plane => ({
  data: Float32Array.from(data),
  height,
  width,
});
const flat = (value: number, side: number) => planeOf(new Float32Array(side * side).fill(value), side, side);
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: ArrayLike<number>) => {
  const middle = mean(values);
  return mean(Array.from(values, (value) => (value - middle) ** 2));
};
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe("Perlin noise", () => {
  test("is NumPy's for the same gradients", () => {
    const plane = perlinFromAngles(f.height, f.width, { anglesRad: f.angles, rows: f.cells, columns: f.cells });
    expect(farthest(plane.data, f.perlin)).toBeLessThan(1e-6);
  });

  test("is 0 at the corners of its cells, stays within −1…1, is smooth, and comes from its seed", () => {
    const { data } = perlinNoise(128, 128, { cells: 4, random: random(1) });
    for (let y = 0; y < 128; y += 32) for (let x = 0; x < 128; x += 32) expect(data[y * 128 + x]).toBeCloseTo(0, 6);
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(Math.max(...data.map(Math.abs))).toBeGreaterThan(0.3);
    // A gradient of √2 per cell of 32 px, and the ease at most doubles it.
    const steps = data.subarray(1).map((value, i) => (i % 128 < 127 ? Math.abs(value - data[i]!) : 0));
    expect(Math.max(...steps)).toBeLessThan(0.15);
    expect(perlinNoise(128, 128, { cells: 4, random: random(1) }).data).toEqual(data);
    expect(perlinNoise(128, 128, { cells: 4, random: random(2) }).data).not.toEqual(data);
    expect(() => perlinNoise(8, 8, { cells: 0, random: random(1) })).toThrow(UnitError);
  });
});

describe("the published degradation", () => {
  const settings = { pixelSizeUm: 0.0265 };
  const plane = planeOf(f.plane, f.height, f.width);

  test("the light is SciPy's; the blur is 0.25 (λ / pixel) / NA", () => {
    expect(publishedBlurPx(settings)).toBeCloseTo(f.sigmaPx, 12);
    expect(f.sigmaPx).toBeCloseTo(3.3, 1);
    const background = planeOf(f.perlin, f.height, f.width);
    expect(farthest(publishedLight(plane, background, settings).data, f.light)).toBeLessThan(1e-5);
  });

  test("the noise has the published mean and variance", () => {
    // A bright half keeps the stretch to 0…1 from changing it; far from the edge the light is 1 + background.
    const side = 192;
    const half = planeOf(
      Array.from({ length: side * side }, (_, i) => (i % side < side / 2 ? 1 : 0)),
      side,
      side,
    );
    const camera = { mean: 0.4, standardDeviation: 0.2 };
    const low = degradePublished(half, { ...settings, camera, backgroundWeight: 0 }, random(5));
    const bright = low.data.filter((_, i) => i % side < side / 2 - 20);
    const dark = low.data.filter((_, i) => i % side > side / 2 + 20);
    expect(mean(bright)).toBeCloseTo(1 + 1.5 / 20 + 0.4 / 20, 2);
    expect(mean(dark)).toBeCloseTo(0.5 / 20 + 0.4 / 20, 2);
    expect(variance(bright) / (1.5 / 400 + 0.04 / 400)).toBeCloseTo(1, 1);
    expect(variance(dark) / (0.5 / 400 + 0.04 / 400)).toBeCloseTo(1, 1);
    expect(degradePublished(half, settings, random(5))).toEqual(degradePublished(half, settings, random(5)));
    expect(() => degradePublished(half, { pixelSizeUm: 0 }, random(1))).toThrow(/pixelSizeUm/);
  });

  test("an empty area is measured after stretching to 0…1", () => {
    expect(emptyArea(planeOf([10, 20, 30, 40], 2, 2))).toEqual({
      mean: expect.closeTo(0.5, 6),
      standardDeviation: expect.closeTo(Math.sqrt(5) / 6, 6),
    });
    const stream = random(1);
    const { mean: middle, standardDeviation } = emptyArea(
      planeOf(
        Float32Array.from({ length: 65536 }, () => 100 + 7 * stream.normal()),
        256,
        256,
      ),
    );
    expect(middle).toBeCloseTo(0.5, 1); // the defaults of degradePublished
    expect(standardDeviation).toBeCloseTo(0.116, 1.5);
  });

  test("patches too dense or too flat are not used", () => {
    const lines = (every: number) =>
      planeOf(
        Array.from({ length: 4096 }, (_, i) => (i % every === 0 ? 1 : 0)),
        64,
        64,
      );
    expect(isUsablePatch(lines(16))).toBe(true);
    expect(isUsablePatch(lines(8))).toBe(false); // an eighth is bright
    expect(isUsablePatch(lines(8), { brightShare: 0.2 })).toBe(true);
    expect(isUsablePatch(lines(512))).toBe(false); // a standard deviation of 0.04
    expect(isUsablePatch(flat(0.5, 8))).toBe(false);
  });
});

describe("degrade", () => {
  test("has the mean and the variance of its photons, read-out and offset", () => {
    const settings: DegradationSettings = {
      blur: { sigmaPx: 1 },
      downsample: 2,
      scale: 0.5,
      background: 0.2,
      peakPhotons: 150,
      readNoiseE: 4,
      darkLevel: 0.1,
    };
    const low = degrade(flat(0.4, 256), settings, random(1)).data;
    expect(low.length).toBe(128 * 128);
    expect(mean(low)).toBeCloseTo(0.4, 2);
    expect(variance(low) / ((0.4 - 0.1) / 150 + (4 / 150) ** 2)).toBeCloseTo(1, 1);
  });

  test("blurs and collects light: a point keeps its sum, and has the variance of blur and pixel", () => {
    const point = flat(0, 64);
    point.data[32 * 64 + 32] = 1;
    const light = degradedLight(point, { blur: { sigmaPx: 2.5 }, downsample: 2, peakPhotons: 1 });
    expect(light.data.reduce((a, b) => a + b, 0) * 4).toBeCloseTo(1, 5);
    const x2 = Array.from(light.data).reduce((sum, v, i) => sum + 4 * v * (2 * (i % 32) + 0.5 - 32) ** 2, 0);
    expect(x2).toBeCloseTo(2.5 ** 2 + 0.25, 1); // two positions ± ½
    const lens = { blur: { emissionNm: 520, numericalAperture: 1.4, pixelSizeUm: 0.0325 }, peakPhotons: 1 } as const;
    const wide = degradedLight(point, lens).data;
    expect(Math.sqrt(Array.from(wide).reduce((sum, v, i) => sum + v * ((i % 64) - 32) ** 2, 0))).toBeCloseTo(2.4, 1);
  });

  test("comes back to its grid, keeps to 0…1 and to grey steps, and refuses what cannot be", () => {
    const settings: DegradationSettings = { blur: { sigmaPx: 0 }, downsample: 4, peakPhotons: 20, greyStep: 1 / 255 };
    const sharp = planeOf(
      f.plane.slice(0, 1024).map((v) => v * 4),
      32,
      32,
    );
    const low = degrade(sharp, settings, random(2));
    expect([low.height, low.width]).toEqual([8, 8]);
    for (const value of low.data) {
      expect(value * 255).toBeCloseTo(Math.round(value * 255), 3);
      expect(value >= 0 && value <= 1).toBe(true);
    }
    const back = degrade(sharp, settings, random(2), { enlarge: "bilinear" });
    expect(farthest(back.data, resizePlane(low, 32, 32).data)).toBe(0);
    expect(() => degrade(flat(1, 30), settings, random(1))).toThrow(ShapeError);
    expect(() => degrade(flat(1, 32), { ...settings, peakPhotons: 0 }, random(1))).toThrow(/degradation\.peakPhotons/);
    expect(() => degrade(flat(1, 32), { ...settings, downsample: 3 as 2 }, random(1))).toThrow(/1, 2 or 4/);
  });

  test("bicubic enlargement is Pillow's", () => {
    const small = planeOf(
      Array.from({ length: 80 }, (_, i) => f.plane[Math.floor(i / 10) * f.width + (i % 10)]!),
      8,
      10,
    );
    expect(farthest(bicubic(small, 32, 40).data, f.enlarged)).toBeLessThan(1e-5);
  });
});

/** Filaments on the unit scale, as sharp as a good microscope shows them. */
function sharpField(seed: number, side = 192): Plane {
  const field = { heightUm: side * 0.03, widthUm: side * 0.03 };
  const lines = filaments({ ...cellMicrotubules(), amount: { count: 10 } }, field, random(seed));
  const plane = renderFilaments(lines, { height: side, width: side, pixelSizeUm: 0.03, blurNm: 30 });
  const peak = plane.data.reduce((a, b) => Math.max(a, b), 0);
  return { ...plane, data: plane.data.map((value) => Math.min(1, (1.6 * value) / peak)) };
}

describe("photon transfer", () => {
  test("finds the line, without what is cut off", () => {
    const ramp = planeOf(
      Array.from({ length: 256 * 256 }, (_, i) => (i % 256) / 255),
      256,
      256,
    );
    const low = degrade(ramp, { blur: { sigmaPx: 0 }, peakPhotons: 80, readNoiseE: 3, background: 0.15 }, random(3));
    const expected = { ...ramp, data: ramp.data.map((value) => value + 0.15) };
    const { slope, intercept } = photonTransfer([{ noisy: low, expected }])!;
    expect(Math.abs(slope * 80 - 1)).toBeLessThan(0.1);
    expect(Math.abs(intercept / (3 / 80) ** 2 - 1)).toBeLessThan(0.25);
    expect(photonTransfer([{ noisy: flat(0.5, 8), expected: flat(0.5, 8) }])).toBeUndefined();
  });
});

describe("noise that is cut off", () => {
  test("its variance is that of degraded planes", () => {
    for (const [value, peakPhotons, readNoiseE] of [
      [0.05, 6, 0.3],
      [0.02, 400, 12],
      [0.98, 200, 3],
      [0.4, 5, 1],
    ] as const) {
      const { data } = degrade(flat(value, 256), { blur: { sigmaPx: 0 }, peakPhotons, readNoiseE }, random(7));
      const line = { slope: 1 / peakPhotons, intercept: (readNoiseE / peakPhotons) ** 2 };
      const made = clippedVariance(value, line, { low: 0, high: 1 });
      expect(Math.abs(variance(data) / made - 1)).toBeLessThan(0.05);
    }
    const whole = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
    expect(clippedVariance(0.3, { slope: 0.02, intercept: 0.004 }, whole)).toBeCloseTo(0.01, 6);
  });

  test("counted photons whose dark is mostly 0 are found", () => {
    const ramp = planeOf(
      Array.from({ length: 256 * 256 }, (_, i) => (0.6 * (i % 256)) / 255),
      256,
      256,
    );
    const low = degrade(ramp, { blur: { sigmaPx: 0 }, peakPhotons: 12, readNoiseE: 0.4 }, random(4));
    const { slope, intercept } = photonTransfer([{ noisy: low, expected: ramp }])!;
    expect(Math.abs(slope * 12 - 1)).toBeLessThan(0.1);
    const limits = { low: 0, high: 1 };
    for (const value of [0.01, 0.04, 0.1, 0.4]) {
      const found = clippedVariance(value, { slope, intercept }, limits);
      const truth = clippedVariance(value, { slope: 1 / 12, intercept: (0.4 / 12) ** 2 }, limits);
      expect(Math.abs(Math.sqrt(found / truth) - 1)).toBeLessThan(0.12);
    }
  });
});

describe("calibrateDegradation", () => {
  const planted: DegradationSettings = {
    blur: { sigmaPx: 2.2 },
    downsample: 1,
    scale: 0.7,
    background: 0.12,
    peakPhotons: 300,
    readNoiseE: 4,
  };
  const noiseAt = (value: number, { peakPhotons, readNoiseE = 0, darkLevel = 0 }: DegradationSettings) =>
    Math.sqrt(Math.max(0, value - darkLevel) / peakPhotons + (readNoiseE / peakPhotons) ** 2);
  const within = (found: number, truth: number, share: number) =>
    expect(Math.abs(found / truth - 1)).toBeLessThan(share);
  const sigmaOf = ({ blur }: DegradationSettings) => ("sigmaPx" in blur ? blur.sigmaPx : Number.NaN);
  let high: Plane[];
  let others: Plane[];
  beforeAll(() => {
    high = [1, 2, 3].map((seed) => sharpField(seed));
    others = [11, 12, 13, 14].map((seed) => sharpField(seed));
  });
  const lowOf = (planes: readonly Plane[], settings = planted) =>
    planes.map((plane, i) => degrade(plane, settings, random(50 + i)));

  test("pairs: blur, light and noise within 10 %", async () => {
    const { settings, each, noiseCorrelation, agreement } = await calibrateDegradation(high, lowOf(high), {
      paired: true,
    });
    within(sigmaOf(settings), 2.2, 0.05);
    within(settings.scale!, 0.7, 0.05);
    within(settings.background!, 0.12, 0.05);
    for (const value of [0.12, 0.25, 0.5]) within(noiseAt(value, settings), noiseAt(value, planted), 0.1);
    expect(each.length).toBe(3);
    expect(Math.abs(noiseCorrelation)).toBeLessThan(0.03);
    within(agreement.noiseRatio, 1, 0.05);
    expect(agreement.spectrumDecades).toBeLessThan(0.1);
  });

  test("pairs that are too small to show their own noise share it", async () => {
    const small = Array.from({ length: 12 }, (_, i) => cropPlane(others[i % 4]!, 18, random(i)));
    const { settings, each } = await calibrateDegradation(small, lowOf(small), { paired: true });
    for (const value of [0.25, 0.5]) within(noiseAt(value, settings), noiseAt(value, planted), 0.25);
    expect(new Set(each.map(({ peakPhotons }) => peakPhotons)).size).toBe(1);
  });

  test("tiles of larger fields: what falls in from beside them is no blur of their own", async () => {
    const settings = { ...planted, downsample: 4, blur: { sigmaPx: 4.3 }, peakPhotons: 3000 } as const;
    const low = lowOf(high, settings);
    const tiles = high.flatMap((plane, k) =>
      [0, 64].flatMap((top) =>
        [0, 64].map((left) => ({
          high: partOf(plane, { top, left, height: 64, width: 64 }),
          low: partOf(low[k]!, { top: top / 4, left: left / 4, height: 16, width: 16 }),
        })),
      ),
    );
    const found = await calibrateDegradation(
      tiles.map(({ high }) => high),
      tiles.map(({ low }) => low),
      { paired: true, downsample: 4 },
    );
    within(sigmaOf(found.settings), 4.3, 0.03);
    // Every tile has the light of its field, also the one whose middle is nearly empty.
    for (const { scale = 1, exponent = 1 } of found.each) within(scale * 0.3 ** exponent, 0.7 * 0.3, 0.1);
  });

  test("pairs whose grey levels were bent, and pairs whose were not", async () => {
    for (const exponent of [1, 1.3]) {
      const low = lowOf(high, { ...planted, exponent });
      const { settings } = await calibrateDegradation(high, low, { paired: true });
      within(settings.exponent!, exponent, 0.05);
      within(sigmaOf(settings), 2.2, 0.06);
    }
  });

  test("pairs on grids of another size, nearly without blur, or without shot noise", async () => {
    const coarse = { ...planted, downsample: 2, blur: { sigmaPx: 3 } } as const;
    const found = await calibrateDegradation(high, lowOf(high, coarse), { paired: true, downsample: 2 });
    within(sigmaOf(found.settings), 3, 0.1);
    within(noiseAt(0.3, found.settings), noiseAt(0.3, coarse), 0.1);
    const sharp: DegradationSettings = { ...planted, blur: { sigmaPx: 0 }, peakPhotons: 1e6, readNoiseE: 4e4 };
    const flatNoise = await calibrateDegradation(high, lowOf(high, sharp), { paired: true });
    expect(sigmaOf(flatNoise.settings)).toBeLessThan(0.3);
    for (const value of [0.15, 0.5]) within(noiseAt(value, flatNoise.settings), 0.04, 0.1);
  });

  test("no pairs: blur within 20 %, noise within 15 %", async () => {
    const { settings, agreement } = await calibrateDegradation(others, lowOf(high), { paired: false });
    within(sigmaOf(settings), 2.2, 0.2);
    for (const value of [0.12, 0.3]) within(noiseAt(value, settings), noiseAt(value, planted), 0.15);
    within(agreement.noiseRatio, 1, 0.1);
    expect(agreement.spectrumDecades).toBeLessThan(0.3);
  });

  test("correlated noise is seen", async () => {
    const low = lowOf(high).map((plane) => ({
      ...plane,
      data: plane.data.map((value, i) => (i + 1 < plane.data.length ? (value + plane.data[i + 1]!) / 2 : value)),
    }));
    const { noiseCorrelation } = await calibrateDegradation(high, low, { paired: true });
    expect(noiseCorrelation).toBeGreaterThan(0.4);
  });

  test("what does not fit together is refused", async () => {
    await expect(calibrateDegradation([], [], { paired: false })).rejects.toThrow(DataError);
    await expect(calibrateDegradation(high, high.slice(1), { paired: true })).rejects.toThrow(/3 high and 2 low/);
    await expect(calibrateDegradation([high[0]!], [flat(0, 64)], { paired: true })).rejects.toThrow(/pair 0/);
    await expect(calibrateDegradation([flat(0, 8)], [flat(0, 8)], { paired: true })).rejects.toThrow(/16 × 16/);
    const noise = lowOf(high, { ...planted, scale: 0 });
    await expect(calibrateDegradation(high, noise, { paired: false })).rejects.toThrow(/structure above their noise/);
  });
});

const pairs = realData("gigadb-low-high-snr");
describe.skipIf(pairs === null)("real pairs of long and short exposures", () => {
  const part = async (kind: "high" | "low", name: string): Promise<Plane> => {
    const image = await readImage(join(pairs!, kind, `${name}.png`));
    const planes = Array.from({ length: image.channels }, (_, channel) => channelPlane(image, channel));
    const light = ({ data }: Plane) => data.reduce((a, b) => a + b, 0);
    const { data } = planes.reduce((a, b) => (light(b) > light(a) ? b : a)); // the channel that was coloured
    const side = 256;
    const start = (y: number) => (image.height / 4 + y) * image.width + image.width / 4;
    const rows = Array.from({ length: side }, (_, y) => Array.from(data.subarray(start(y), start(y) + side)));
    return planeOf(
      rows.flat().map((grey) => grey / 255),
      side,
      side,
    );
  };

  test.each(["actin-60x-noise1", "nucleus"])(
    "%s: the degraded long exposure is as noisy as the short one",
    async (name) => {
      const { agreement, noiseCorrelation } = await calibrateDegradation(
        [await part("high", name)],
        [await part("low", name)],
        { paired: true, side: 256 },
      );
      expect(Math.abs(agreement.noiseRatio - 1)).toBeLessThan(0.05);
      expect(agreement.spectrumDecades).toBeLessThan(0.15);
      expect(Math.abs(noiseCorrelation)).toBeLessThan(0.12);
    },
  );
});
