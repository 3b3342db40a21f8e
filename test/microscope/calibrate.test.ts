import { beforeAll, describe, expect, test } from "vitest";
import { CancelledError, DataError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { channelPlane } from "../../src/data/image.ts";
import { type Calibration, calibrate } from "../../src/microscope/calibrate.ts";
import { typical } from "../../src/microscope/distribution.ts";
import { fluorescenceNuclei, standIn } from "../../src/microscope/presets.ts";
import { checkSettings, type FieldSettings, type MicroscopeSettings } from "../../src/microscope/settings.ts";
import { simulate } from "../../src/microscope/simulate.ts";
import { simulateCanonical } from "../../src/microscope/simulate-canonical.ts";

const images = (settings: MicroscopeSettings, count: number): Plane[] =>
  Array.from({ length: count }, (_, i) => channelPlane(simulate(settings, random(77).fork(i)).image));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("calibrate finds the settings that made the images", () => {
  const truth: FieldSettings = {
    ...fluorescenceNuclei({ height: 256, width: 256 }).fields[0]!,
    nucleusPhotons: 400,
    optics: { kind: "gaussian", sigmaPx: 1.8, outOfFocusSigmaPx: 6 },
    background: { photons: 40, drift: 0.01, haloShare: 0.06, haloSigmaPx: 14 },
    illumination: { vignetting: 0, tilt: 0 },
  };
  const nucleiOf = (coverage: number): FieldSettings => ({ ...truth, nuclei: { ...truth.nuclei, coverage } });
  let calibration: Calibration;
  beforeAll(async () => {
    calibration = await calibrate(images({ pixelSizeUm: "unknown", fields: [nucleiOf(0.2)] }, 3));
  });
  const each = (of: (field: FieldSettings) => number) => mean(calibration.settings.fields.map(of));

  test("coverage within a quarter", () => {
    expect(Math.abs(each((field) => typical(field.nuclei.coverage)) / 0.2 - 1)).toBeLessThan(0.25);
  });

  test("diameter within 10 %", () => {
    const diameter = each((field) => {
      const { traits } = field.nuclei;
      return "resampled" in traits ? mean(traits.resampled.map((nucleus) => nucleus.diameterPx)) : Number.NaN;
    });
    expect(Math.abs(diameter / 30 - 1)).toBeLessThan(0.1);
  });

  test("blur within 0.5 px of 1.8", () => {
    const blur = each((field) => (field.optics.kind === "gaussian" ? typical(field.optics.sigmaPx) : Number.NaN));
    expect(Math.abs(blur - 1.8)).toBeLessThan(0.5);
  });

  test("grey levels of noise in the dark within a third, and the bit depth", () => {
    const { camera } = truth;
    const darkE = 40 * camera.quantumEfficiency + camera.readNoiseE ** 2;
    const expected = Math.sqrt(darkE) / camera.electronsPerAdu;
    const fitted = each((field) => {
      const { readNoiseE, quantumEfficiency, electronsPerAdu } = field.camera;
      return Math.sqrt(readNoiseE ** 2 + typical(field.background.photons) * quantumEfficiency) / electronsPerAdu;
    });
    expect(Math.abs(fitted / expected - 1)).toBeLessThan(0.33);
    expect(calibration.settings.fields.every((field) => field.camera.bitDepth === 12)).toBe(true);
  });

  test("native images of its settings have the grey levels of the originals", () => {
    const [original] = images({ pixelSizeUm: "unknown", fields: [nucleiOf(0.2)] }, 1);
    const imitation = channelPlane(simulate(calibration.settings, random(1)).image);
    const middle = (plane: Plane) => [...plane.data].sort((a, b) => a - b)[plane.data.length >> 1]!;
    expect(Math.abs(middle(imitation) / middle(original!) - 1)).toBeLessThan(0.15);
  });

  test("says so in plain data that can be checked and kept", () => {
    expect(JSON.parse(JSON.stringify(calibration.settings))).toEqual(calibration.settings);
    expect(() => checkSettings(calibration.settings)).not.toThrow();
    expect(calibration.real.length).toBe(3);
    expect(calibration.simulated.length).toBe(3);
  });
});

describe("calibrate imitates the stand-in microscope, whose settings it never sees", () => {
  test("descriptors of real and simulated are alike", async () => {
    const { comparison } = await calibrate(images(standIn({ height: 192, width: 192 }), 4));
    const row = (name: string) => comparison.find((entry) => entry.name === name)!;
    for (const name of ["diameter", "aspect", "brightness", "nearest neighbour"])
      expect(row(name).distance, name).toBeLessThan(0.7); // standard deviations of real
    for (const name of ["coverage", "density", "background noise", "texture"])
      expect(Math.abs(row(name).simulated / row(name).real - 1), name).toBeLessThan(0.4);
    expect(row("histogram").distance).toBeLessThan(0.04); // of the canonical range 0…1
    expect(row("power spectrum").distance).toBeLessThan(0.35); // decades
  });
});

describe("calibrate", () => {
  test("gives the same for the same images", async () => {
    const two = images(standIn({ height: 96, width: 96 }), 2);
    expect(await calibrate(two)).toEqual(await calibrate(two));
  });

  test("uses an even choice of a large set and says how far it is", async () => {
    const seen: string[] = [];
    const four = images(standIn({ height: 96, width: 96 }), 4);
    const { settings } = await calibrate(four, {
      mostImages: 2,
      onProgress: ({ done, total }) => seen.push(`${done}/${total}`),
    });
    expect(settings.fields.length).toBe(2);
    expect(seen).toEqual(["1/2", "2/2"]);
  });

  test("hears a request to stop between two images", async () => {
    const four = images(standIn({ height: 96, width: 96 }), 4);
    const stop = new AbortController();
    const seen: number[] = [];
    const work = calibrate(four, { signal: stop.signal, onProgress: ({ done }) => seen.push(done) });
    setImmediate(() => stop.abort()); // as Ctrl-C would: from outside, while the work goes on
    await expect(work).rejects.toThrow(CancelledError);
    expect(seen.length).toBeLessThan(4);
  });

  test("imitates float images of any range in canonical form", async () => {
    const scaled = images(fluorescenceNuclei({ height: 128, width: 128 }), 2).map((plane) => ({
      ...plane,
      data: plane.data.map((value) => value / 4095),
    }));
    const { image } = simulateCanonical(await calibrate(scaled), { size: 64, random: random(1) });
    expect(image.data.every(Number.isFinite)).toBe(true);
    expect(Math.max(...image.data)).toBeGreaterThan(0.4);
  });

  test("refuses no images, and images without nuclei", async () => {
    await expect(calibrate([])).rejects.toThrow(DataError);
    const stream = random(3);
    const empty = emptyPlane(64, 64);
    const dark: Plane = { ...empty, data: empty.data.map(() => 100 + stream.normal()) };
    const attempt = () => calibrate([dark, { ...empty, data: empty.data.map(() => 7) }]);
    await expect(attempt()).rejects.toThrow(DataError);
    await expect(attempt()).rejects.toThrow(/nuclei.*2 images in which none was found/);
  });
});
