import { describe, expect, it } from "vitest";
import { ShapeError, UnitError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { fft2d, gaussianBlur, inverseFft2d, translatePlane } from "../../src/image/index.ts";
import { decorrelation, fourierRingCorrelation, singleImageFrc } from "../../src/metrics/index.ts";
import { storedFixture } from "./quality-fixture.ts";

const { plane, value, doubles } = storedFixture("metrics-quality", "resolution");
const [first, second] = [plane("first"), plane("second")];
const bare = { pixelSizeUm: 1 };
const side = 160;

/** Wandering filaments, one pixel wide. */
function filaments(seed: number): Plane {
  const draw = random(seed);
  const plane = emptyPlane(side, side);
  for (let filament = 0; filament < 30; filament++) {
    let [y, x, angle] = [draw.between(0, side), draw.between(0, side), draw.between(0, 2 * Math.PI)];
    for (let step = 0; step < 200; step++) {
      angle += 0.05 * draw.normal();
      [y, x] = [y + Math.sin(angle), x + Math.cos(angle)];
      const [row, column] = [Math.round(y), Math.round(x)];
      if (row >= 0 && row < side && column >= 0 && column < side) plane.data[row * side + column]! += 1;
    }
  }
  return plane;
}

/** Image through an ideal lens: the incoherent transfer function of a circular aperture, zero from the cut-off on. */
function throughLens(plane: Plane, cutOffCyclesPerPx: number): Plane {
  const spectrum = fft2d(plane);
  for (let i = 0; i < spectrum.re.length; i++) {
    const [y, x] = [Math.floor(i / side), i % side];
    const fy = Math.min(y, side - y) / side;
    const r = Math.min(1, Math.hypot(fy, Math.min(x, side - x) / side) / cutOffCyclesPerPx);
    const transfer = (2 / Math.PI) * (Math.acos(r) - r * Math.sqrt(1 - r * r));
    spectrum.re[i]! *= transfer;
    spectrum.im[i]! *= transfer;
  }
  return { ...plane, data: Float32Array.from(inverseFft2d(spectrum).re) };
}

function photons({ data, height, width }: Plane, brightest: number, seed: number): Plane {
  const draw = random(seed);
  const scale = brightest / data.reduce((high, v) => Math.max(high, v), 1e-9);
  return { data: data.map((v) => draw.poisson(scale * Math.max(0, v) + 5)), height, width };
}

const scene = filaments(1);
const blank = (seed: number) => photons(emptyPlane(side, side), 1, seed);

describe("fourierRingCorrelation", () => {
  it("equals NumPy, curve and crossings", () => {
    const result = fourierRingCorrelation(first, second, bare);
    expect(result.correlation).toBeAllclose(doubles("curve"), { absolute: 1e-9 });
    expect(result.samples).toBeAllclose(value("samples"));
    expect([result.resolutionUm!]).toBeAllclose([value("fixed")], { relative: 1e-9 });
    for (const [threshold, key] of [
      ["half-bit", "halfBit"],
      ["2-sigma", "twoSigma"],
    ] as const)
      expect([fourierRingCorrelation(first, second, { ...bare, threshold }).resolutionUm!], key).toBeAllclose(
        [value(key)],
        {
          relative: 1e-9,
        },
      );
  });

  it("is measured in the unit of the pixel", () => {
    const { resolutionUm, frequencyCyclesPerUm } = fourierRingCorrelation(first, second, { pixelSizeUm: 0.02 });
    expect(resolutionUm).toBeCloseTo(0.02 * value<number>("fixed"), 10);
    expect(frequencyCyclesPerUm.at(-1)).toBeCloseTo(25, 10);
    expect(() => fourierRingCorrelation(first, second, { pixelSizeUm: 0 })).toThrow(UnitError);
    expect(() => fourierRingCorrelation(first, emptyPlane(88, 100), bare)).toThrow(ShapeError);
  });

  it.each([0.1, 0.15, 0.2, 0.3])("finds the cut-off of a lens within 15 percent: %s cycles per pixel", (cutOff) => {
    const image = throughLens(scene, cutOff);
    const { resolutionUm } = fourierRingCorrelation(photons(image, 1000, 1), photons(image, 1000, 2), bare);
    expect(Math.abs(resolutionUm! * cutOff - 1)).toBeLessThan(0.15);
  });

  it("gets worse with blur, with noise, and when one image is shifted", () => {
    const resolution = (sigma: number, brightest: number) => {
      const image = gaussianBlur(scene, sigma);
      return fourierRingCorrelation(photons(image, brightest, 1), photons(image, brightest, 2), bare).resolutionUm!;
    };
    const blurred = [1.5, 2, 3, 4].map((sigma) => resolution(sigma, 300));
    expect(blurred).toEqual([...blurred].sort((a, b) => a - b));
    expect(resolution(2, 30)).toBeGreaterThan(resolution(2, 1000));
    const image = gaussianBlur(scene, 1.5);
    const shifted = translatePlane(image, { dyPx: 2, dxPx: 1 });
    const apart = fourierRingCorrelation(photons(image, 300, 1), photons(shifted, 300, 2), bare).resolutionUm!;
    expect(apart).toBeGreaterThan(1.5 * blurred[0]!);
  });

  it("says why there is no resolution", () => {
    const noise = fourierRingCorrelation(blank(1), blank(2), bare);
    expect(noise.resolutionUm).toBeUndefined();
    expect(noise.reason).toMatch(/do not correlate|lost within the first 3 rings/);
    const same = fourierRingCorrelation(first, first, bare);
    expect(same.resolutionUm).toBeUndefined();
    expect(same.reason).toMatch(/share their noise/);
    expect(fourierRingCorrelation(emptyPlane(40, 40), emptyPlane(40, 40), bare).resolutionUm).toBeUndefined();
  });
});

describe("singleImageFrc", () => {
  it("equals NumPy, with and without the published calibration", () => {
    const read = singleImageFrc(first, { ...bare, calibration: "none" });
    expect(read.correlation).toBeAllclose(doubles("single"), { absolute: 1e-9 });
    expect(read.resolutionUm).toBeCloseTo(value("singleRead"), 8);
    expect(read.calibrationFactor).toBe(1);
    const calibrated = singleImageFrc(first, bare);
    expect(calibrated.resolutionUm).toBeCloseTo(value("singleKoho"), 8);
    expect(calibrated.calibrationFactor).toBeCloseTo(value<number>("singleKoho") / value<number>("singleRead"), 8);
  });

  it.each([0.1, 0.15, 0.2])("agrees with two images within 15 percent: cut-off %s", (cutOff) => {
    const image = throughLens(scene, cutOff);
    const one = singleImageFrc(photons(image, 300, 1), bare).resolutionUm!;
    const two = fourierRingCorrelation(photons(image, 300, 1), photons(image, 300, 2), bare).resolutionUm!;
    expect(Math.abs(one / two - 1)).toBeLessThan(0.15);
  });

  it("gives none where the pixels are too coarse for it, or where there is noise alone", () => {
    const fine = singleImageFrc(photons(throughLens(scene, 0.45), 3000, 1), bare);
    expect(fine.resolutionUm).toBeUndefined();
    expect(fine.reason).toMatch(/sampled too coarsely|limit of the pixels/);
    expect(singleImageFrc(blank(3), bare).resolutionUm).toBeUndefined();
  });
});

describe("decorrelation", () => {
  it("equals NumPy with masks and correlation coefficients", () => {
    const result = decorrelation(first, bare);
    expect(result.correlation).toBeAllclose(doubles("decorrelation"), { absolute: 1e-6 });
    expect(result.signal).toBeCloseTo(value("signal"), 6);
    expect(result.cutOff).toBeCloseTo(value("cutOff"), 6);
    expect(result.resolutionUm).toBeCloseTo(2 / value<number>("cutOff"), 4);
    expect(decorrelation(first, { pixelSizeUm: 0.1 }).resolutionUm).toBeCloseTo(result.resolutionUm! / 10, 10);
  });

  it.each([0.1, 0.15, 0.2, 0.3])("finds the cut-off of a lens within 25 percent: %s cycles per pixel", (cutOff) => {
    const { resolutionUm } = decorrelation(photons(throughLens(scene, cutOff), 300, 1), bare);
    expect(Math.abs(resolutionUm! * cutOff - 1)).toBeLessThan(0.25);
  });

  it("grows with the blur: about the full width at half maximum of a Gaussian spot", () => {
    const sigmas = [1, 1.5, 2, 3, 4];
    const found = sigmas.map((sigma) => decorrelation(photons(gaussianBlur(scene, sigma), 300, 1), bare).resolutionUm!);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    found.forEach((resolution, k) => {
      expect(Math.abs(resolution / (2.355 * sigmas[k]!) - 1)).toBeLessThan(0.25);
    });
  });

  it("has no resolution for noise or a blank image, and refuses specks", () => {
    expect(decorrelation(blank(4), bare)).toMatchObject({ resolutionUm: undefined, cutOff: undefined });
    expect(decorrelation(emptyPlane(64, 64), bare).reason).toMatch(/noise, or blank/);
    expect(() => decorrelation(emptyPlane(31, 64), bare)).toThrow(ShapeError);
    expect(() => decorrelation(first, { pixelSizeUm: -1 })).toThrow(UnitError);
  });
});
