import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UnitError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import type { LocalizationTable } from "../../src/data/formats/localization-columns.ts";
import { readLocalizations } from "../../src/data/formats/localization-table.ts";
import { readImages } from "../../src/data/formats/read-image.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { type BlinkingSettings, blink } from "../../src/microscope/localizations/blinking.ts";
import { clipOutliers, unitRange } from "../../src/microscope/localizations/clip-outliers.ts";
import { localize } from "../../src/microscope/localizations/localize.ts";
import { movie } from "../../src/microscope/localizations/movie.ts";
import {
  likelihoodPrecisionNm,
  mortensenPrecisionNm,
  type SpotSettings,
  thompsonPrecisionNm,
} from "../../src/microscope/localizations/precision.ts";
import { stormMicrotubules } from "../../src/microscope/localizations/presets.ts";
import { renderLocalizations } from "../../src/microscope/localizations/render-localizations.ts";
import { simulateFilaments } from "../../src/microscope/localizations/simulate-filaments.ts";
import { gaussianPsf } from "../../src/microscope/psf/gaussian-psf.ts";
import { addGaussianSpot, errorFunction } from "../../src/microscope/psf/gaussian-spot.ts";
import type { Emitters } from "../../src/microscope/specimens/filament-emitters.ts";
import { realData } from "../real-data.ts";

const fixture = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../fixtures/localizations/${name}.json`, import.meta.url), "utf8"));
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: ArrayLike<number>) => {
  const middle = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)));
};
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
const emittersAt = (places: readonly (readonly [x: number, y: number])[]): Emitters => ({
  count: places.length,
  xUm: Float64Array.from(places, ([x]) => x),
  yUm: Float64Array.from(places, ([, y]) => y),
  zUm: new Float64Array(places.length),
});

describe("a Gaussian spot", () => {
  test("holds its light, lies where it should, and agrees with the sampled point-spread function when wide", () => {
    const plane = emptyPlane(41, 41);
    addGaussianSpot(plane, { x: 20.5, y: 20.5, sigmaPx: 3, weight: 5 });
    expect(plane.data.reduce((a, b) => a + b, 0)).toBeCloseTo(5, 4);
    const psf = gaussianPsf({ sigmaPx: Math.sqrt(9 + 1 / 12) });
    const centre = psf.data[Math.floor(psf.data.length / 2)]!;
    expect(plane.data[20 * 41 + 20]! / 5 / centre).toBeCloseTo(1, 3);
    addGaussianSpot(plane, { x: 0.2, y: 40.9, sigmaPx: 0, weight: 7 });
    expect(plane.data[40 * 41]).toBeCloseTo(7, 5);
    expect(() => addGaussianSpot(plane, { x: -90, y: 99, sigmaPx: 1, weight: 1 })).not.toThrow();
    // 3 erf values of Abramowitz & Stegun, table 7.1
    for (const [x, value] of [
      [0.5, 0.5204998778],
      [1, 0.8427007929],
      [-2, -0.995322265],
    ] as const)
      expect(Math.abs(errorFunction(x) - value)).toBeLessThan(2e-7);
  });
});

describe("localisation precision", () => {
  const rows = fixture<{ spot: SpotSettings; integral: number; thompson: number; mortensen: number }[]>("precision");

  test.each(rows)(
    "formulas agree with NumPy and with Mortensen's integral, %#",
    ({ spot, integral, thompson, mortensen }) => {
      expect(thompsonPrecisionNm(spot) / thompson).toBeCloseTo(1, 10);
      expect(mortensenPrecisionNm(spot) / mortensen).toBeCloseTo(1, 10);
      expect(Math.abs(likelihoodPrecisionNm(spot) / integral - 1)).toBeLessThan(0.04);
    },
  );
});

describe("blinking", () => {
  const settings: BlinkingSettings = {
    frames: 400,
    exposureMs: 10,
    onTimeMs: 35,
    dutyCycle: 0.1,
    photonsPerS: 20_000,
  };

  test("molecules shine for their duty cycle, in flashes of exponential length", () => {
    const blinks = blink(2000, settings, random(1));
    const shineMs = blinks.photons.reduce((a, b) => a + b, 0) / 20;
    const total = 2000 * 400 * 10;
    expect(Math.abs(shineMs / total / 0.1 - 1)).toBeLessThan(0.03);
    expect(Math.max(...blinks.photons)).toBeLessThanOrEqual(200.001);
    expect(Math.max(...blinks.frame)).toBe(399);
    // Early and late frames alike: the start is the long run's mix.
    const early = blinks.frame.filter((frame) => frame < 40).length;
    expect(Math.abs(early / blinks.count - 0.1)).toBeLessThan(0.015);
    // Of the frames that follow a full one, e^(−10/35) are full too (the flash has no memory).
    let [full, stays] = [0, 0];
    for (let i = 0; i + 1 < blinks.count; i++) {
      if (blinks.photons[i]! < 199.999 || blinks.frame[i] === 399) continue;
      full++;
      const isNext = blinks.emitter[i + 1] === blinks.emitter[i] && blinks.frame[i + 1] === blinks.frame[i]! + 1;
      if (isNext && blinks.photons[i + 1]! > 199.999) stays++;
    }
    expect(stays / full).toBeCloseTo(Math.exp(-10 / 35), 1);
  });

  test("bleached molecules stay dark, and a duty cycle of 1 never goes out", () => {
    const bleached = blink(3000, { ...settings, frames: 4000, onTimeMs: 10, flashesUntilBleached: 3 }, random(2));
    // 3 flashes of 10 ms and 20 photons/ms on average.
    expect(Math.abs(bleached.photons.reduce((a, b) => a + b, 0) / 3000 / 600 - 1)).toBeLessThan(0.08);
    const always = blink(2, { ...settings, dutyCycle: 1 }, random(3));
    expect(always.count).toBe(800);
    expect(always.photons.every((photons) => Math.abs(photons - 200) < 1e-6)).toBe(true);
    expect(() => blink(1, { ...settings, dutyCycle: 0 }, random(1))).toThrow(/blinking\.dutyCycle/);
  });
});

describe("localize", () => {
  const emitters = emittersAt(Array.from({ length: 60 }, (_, i) => [0.1 * i, 0.05 * i]));
  const blinks = blink(
    60,
    { frames: 60, exposureMs: 10, onTimeMs: 50, dutyCycle: 0.5, photonsPerS: 80_000 },
    random(4),
  );
  const settings = { sigmaNm: 130, pixelSizeUm: 0.1, backgroundPhotons: 10, minPhotons: 300 };
  const table = localize(emitters, blinks, settings, random(5));

  test("positions miss by the precision that the photons allow; faint ones are not found; rows go by frame", () => {
    expect(table.count).toBeGreaterThan(800);
    expect(Math.min(...table.intensityPhotons!)).toBeGreaterThanOrEqual(300);
    expect(table.frame.every((frame, i) => frame >= 1 && (i === 0 || frame >= table.frame[i - 1]!))).toBe(true);
    const misses = Array.from(table.xNm, (x, i) => {
      const nearest = 100 * Math.round(x / 100);
      return (x - nearest) / table.uncertaintyNm![i]!;
    });
    expect(mean(misses)).toBeCloseTo(0, 1);
    expect(deviation(misses)).toBeGreaterThan(0.95);
    expect(deviation(misses)).toBeLessThan(1.05);
    const spot = { sigmaNm: 130, pixelSizeNm: 100, photons: table.intensityPhotons![0]!, backgroundPhotons: 10 };
    expect(table.uncertaintyNm![0]).toBeCloseTo(likelihoodPrecisionNm(spot), 9);
  });

  test("the movie shows the same molecules: a fit of its centres finds them with that precision", () => {
    // One molecule per 21 × 21 field, 1000 photons in each of 200 frames, no background: its centre of mass has σ_a / √N.
    const one = emittersAt([[1.03, 1.08]]);
    const steady = blink(
      1,
      { frames: 200, exposureMs: 10, onTimeMs: 50, dutyCycle: 1, photonsPerS: 100_000 },
      random(1),
    );
    const camera = {
      quantumEfficiency: 1,
      darkCurrentEPerS: 0,
      exposureMs: 10,
      readNoiseE: 0,
      fullWellE: 1e5,
      electronsPerAdu: 1,
      offsetAdu: 0,
      bitDepth: 16,
    };
    const frames = movie(
      one,
      steady,
      { height: 21, width: 21, pixelSizeUm: 0.1, frames: 200, sigmaNm: 130, backgroundPhotons: 0, camera },
      random(9),
    );
    expect(frames.length).toBe(200);
    expect(frames[0]).toMatchObject({ height: 21, width: 21, pixelType: "uint16", pixelSizeUm: 0.1 });
    const centres = frames.map(({ data }) => {
      const light = Array.from(data);
      return light.reduce((sum, value, i) => sum + value * ((i % 21) + 0.5), 0) / light.reduce((a, b) => a + b, 0) / 10;
    });
    expect(mean(frames.map(({ data }) => mean(data) * 441))).toBeCloseTo(1000, -1.2);
    expect(1000 * Math.abs(mean(centres) - 1.03)).toBeLessThan(1.3);
    const expected = Math.sqrt((130 ** 2 + 100 ** 2 / 12) / 1000);
    expect(Math.abs((1000 * deviation(centres)) / expected - 1)).toBeLessThan(0.2); // four standard errors: 4 / √400
  });
});

describe("rendering", () => {
  const f = fixture<{
    height: number;
    width: number;
    pixelNm: number;
    xNm: number[];
    yNm: number[];
    sigmaNm: number[];
    histogram: number[];
    gaussian: number[];
    clipped: number[];
  }>("rendering");
  const table: LocalizationTable = {
    count: f.xNm.length,
    frame: new Int32Array(f.xNm.length).fill(1),
    xNm: Float64Array.from(f.xNm),
    yNm: Float64Array.from(f.yNm),
    uncertaintyNm: Float64Array.from(f.sigmaNm),
  };
  const grid = { height: f.height, width: f.width, pixelSizeUm: f.pixelNm / 1000 };

  test("a histogram as NumPy's, Gaussians as SciPy's", () => {
    expect(Array.from(renderLocalizations(table, { ...grid, method: "histogram" }).data)).toEqual(f.histogram);
    const gaussian = renderLocalizations(table, { ...grid, method: "gaussian" });
    expect(farthest(gaussian.data, f.gaussian)).toBeLessThan(5e-6);
  });

  test("the picture ends where the localisations do, may begin elsewhere, and one width may serve all", () => {
    const whole = renderLocalizations(table, { pixelSizeUm: 0.05, method: "histogram" });
    expect(whole.width).toBe(Math.floor(Math.max(...f.xNm) / 50) + 1);
    const moved = renderLocalizations(table, { ...grid, method: "histogram", originUm: { x: 0.1, y: -0.05 } });
    expect(moved.data[1 * f.width]).toBe(f.histogram[2]);
    const wide = renderLocalizations(table, {
      pixelSizeUm: 0.05,
      height: 60,
      width: 60,
      sigmaNm: 25,
      originUm: { x: -0.5, y: -0.5 },
    });
    expect(wide.data.reduce((a, b) => a + b, 0)).toBeCloseTo(table.count, 3);
    const { uncertaintyNm, ...bare } = table;
    expect(uncertaintyNm!.length).toBe(table.count);
    expect(() => renderLocalizations(bare, grid)).toThrow(UnitError);
    expect(() => renderLocalizations(bare, grid)).toThrow(/Give sigmaNm/);
  });

  test("outliers are clipped as published, and a nearly empty picture keeps its few", () => {
    const gaussian: Plane = { height: f.height, width: f.width, data: Float32Array.from(f.gaussian) };
    expect(farthest(clipOutliers(gaussian, { quantiles: [0.25, 0.75] }).data, f.clipped)).toBeLessThan(1e-5);
    const sparse = emptyPlane(40, 40);
    sparse.data[5] = 3;
    expect(clipOutliers(sparse).data[5]).toBe(1);
    expect(Math.max(...unitRange(emptyPlane(4, 4)).data)).toBe(0);
  });
});

describe("filaments as a single-molecule picture", () => {
  const options = { height: 96, width: 96, pixelSizeUm: 0.0265 };
  const experiment = { ...stormMicrotubules(), filaments: { ...stormMicrotubules().filaments, amount: { count: 4 } } };

  test("lies on the unit scale, follows its filaments, and comes again from its seed", () => {
    const picture = simulateFilaments(experiment, options, random(3));
    expect(Math.min(...picture.image.data)).toBe(0);
    expect(Math.max(...picture.image.data)).toBe(1);
    expect(picture.filaments.length).toBeGreaterThanOrEqual(4);
    // Light near a filament against light far from all: a distance of 60 nm is twice the labelled radius.
    const near = emptyPlane(96, 96);
    for (const { pointsUm: p } of picture.filaments)
      for (let i = 0; i < p.length; i += 3)
        addGaussianSpot(near, { x: p[i]! / 0.0265, y: p[i + 1]! / 0.0265, sigmaPx: 0, weight: 1 });
    const zone = gaussianBlur(near, 1.5);
    const light = (isNear: boolean) => mean(picture.image.data.filter((_, i) => zone.data[i]! > 1e-3 === isNear));
    expect(light(true)).toBeGreaterThan(15 * light(false));
    expect(simulateFilaments(experiment, options, random(3)).image).toEqual(picture.image);
  });
});

const deepStorm = realData("deepstorm-simulated-microtubules");
describe.skipIf(deepStorm === null)("the positions of Deep-STORM", () => {
  test("rendered and blurred they are the sum of the frames", async () => {
    const table = await readLocalizations(join(deepStorm!, "localizations.csv"));
    const rendered = renderLocalizations(table, { pixelSizeUm: 0.1, height: 64, width: 64, method: "histogram" });
    const frames = await readImages(join(deepStorm!, "frames.tif"));
    const sum = new Float64Array(64 * 64);
    for (const { data } of frames) for (let i = 0; i < sum.length; i++) sum[i]! += data[i]!;
    const correlation = (a: ArrayLike<number>, b: ArrayLike<number>) => {
      const [ma, mb] = [mean(a), mean(b)];
      return mean(Array.from(a, (value, i) => (value - ma) * (b[i]! - mb))) / deviation(a) / deviation(b);
    };
    const best = [1, 1.2, 1.4].map((sigma) => correlation(gaussianBlur(rendered, sigma).data, sum));
    expect(Math.max(...best)).toBeGreaterThan(0.99);
    const flipped = Float64Array.from(sum, (_, i) => sum[(63 - Math.floor(i / 64)) * 64 + (i % 64)]!);
    expect(correlation(gaussianBlur(rendered, 1.2).data, flipped)).toBeLessThan(0.6);
  });
});
