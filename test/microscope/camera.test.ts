import { describe, expect, test } from "vitest";
import { UnitError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import {
  type CameraSettings,
  camera,
  countedElectrons,
  expectedElectrons,
  greyLevels,
  readOut,
} from "../../src/microscope/cameras/camera.ts";

const settings: CameraSettings = {
  quantumEfficiency: 0.7,
  darkCurrentEPerS: 20,
  exposureMs: 200,
  readNoiseE: 3,
  fullWellE: 20000,
  electronsPerAdu: 2.5,
  offsetAdu: 100,
  bitDepth: 14,
};

const flat = (value: number, size = 128): Plane => ({
  data: new Float32Array(size * size).fill(value),
  height: size,
  width: size,
});
const statistics = (values: ArrayLike<number>) => {
  const numbers = Array.from(values);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return { mean, variance: numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1) };
};

describe("the four steps", () => {
  test("expected electrons are photons · QE + dark current · exposure", () => {
    expect(expectedElectrons(flat(100, 2), settings).data[0]).toBeCloseTo(100 * 0.7 + 20 * 0.2, 4);
  });

  test("counted electrons have variance = mean (Poisson), few or many", () => {
    for (const mean of [0.3, 4, 25, 400]) {
      const counted = statistics(countedElectrons(flat(mean), random(1)).data);
      const n = 128 * 128;
      // Four standard errors of mean and variance of a Poisson deviate.
      expect(Math.abs(counted.mean - mean)).toBeLessThan(4 * Math.sqrt(mean / n));
      expect(Math.abs(counted.variance - mean)).toBeLessThan(4 * Math.sqrt((mean + 2 * mean * mean) / n));
    }
  });

  test("read-out adds Gaussian noise of readNoiseE and holds no more than the full well", () => {
    const dark = statistics(readOut(flat(0), settings, random(2)).data);
    expect(Math.abs(dark.mean)).toBeLessThan((4 * 3) / 128);
    expect(Math.sqrt(dark.variance)).toBeCloseTo(3, 1);
    const full = statistics(readOut(flat(50000), settings, random(3)).data);
    expect(full.mean).toBeCloseTo(20000, 0);
    expect(readOut(flat(7, 4), { ...settings, readNoiseE: 0 }, random(4)).data).toEqual(flat(7, 4).data);
  });

  test("grey levels are offset + electrons / gain, rounded and clipped to the bit depth", () => {
    const signal: Plane = { data: Float32Array.of(0, 2.5, 100, 1e6, -1e6), height: 1, width: 5 };
    const image = greyLevels(signal, settings);
    expect([...image.data]).toEqual([100, 101, 140, 2 ** 14 - 1, 0]);
    expect(image).toMatchObject({ pixelType: "uint16", channels: 1, height: 1, width: 5 });
    expect(greyLevels(signal, { ...settings, bitDepth: 8 })).toMatchObject({ pixelType: "uint8" });
    expect([...greyLevels(signal, { ...settings, bitDepth: 8 }).data]).toEqual([100, 101, 140, 255, 0]);
  });
});

describe("camera", () => {
  test("photon transfer: variance against mean is a line of slope 1 / gain through the read noise", () => {
    const points = [0, 50, 200, 600, 1500, 4000].map((photons, i) =>
      statistics(camera(flat(photons), settings, random(10 + i)).data),
    );
    const means = points.map((point) => point.mean);
    const centre = means.reduce((sum, mean) => sum + mean, 0) / means.length;
    const level = points.reduce((sum, point) => sum + point.variance, 0) / points.length;
    const slope =
      points.reduce((sum, point) => sum + (point.mean - centre) * (point.variance - level), 0) /
      points.reduce((sum, point) => sum + (point.mean - centre) ** 2, 0);
    expect(Math.abs(slope * settings.electronsPerAdu - 1)).toBeLessThan(0.04);

    const dark = points[0]!; // mean and variance in closed form, rounding to grey levels adds 1/12
    const darkE = 20 * 0.2;
    expect(Math.abs(dark.mean - (100 + darkE / 2.5))).toBeLessThan(0.05);
    expect(Math.abs(dark.variance / ((darkE + 9) / 2.5 ** 2 + 1 / 12) - 1)).toBeLessThan(0.06);
  });

  test("gives the same bits for the same stream, others for another", () => {
    const shoot = (seed: number) => camera(flat(300, 16), settings, random(seed)).data;
    expect(shoot(5)).toEqual(shoot(5));
    expect(shoot(5)).not.toEqual(shoot(6));
  });

  test.each([
    ["quantumEfficiency", 1.2],
    ["quantumEfficiency", 0],
    ["readNoiseE", -1],
    ["electronsPerAdu", 0],
    ["bitDepth", 12.5],
    ["bitDepth", 20],
    ["fullWellE", Number.NaN],
  ])("refuses %s = %s and names it", (name, value) => {
    const attempt = () => camera(emptyPlane(2, 2), { ...settings, [name]: value }, random(0));
    expect(attempt).toThrow(UnitError);
    expect(attempt).toThrow(`camera.${name}`);
  });
});
