import { describe, expect, it } from "vitest";
import { DataError, UnitError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { bandEnergy, bandEnergyRatio } from "../../src/metrics/band-energy.ts";
import { equalisedPicture } from "../../src/metrics/equalised-picture.ts";
import { cycleErrorJump, hiddenSignalVerdict } from "../../src/metrics/steganography.ts";

/** Plane from a formula of row and column. */
function plane(height: number, width: number, value: (y: number, x: number) => number): Plane {
  const made = emptyPlane(height, width);
  made.data.forEach((_, pixel) => {
    made.data[pixel] = value(Math.floor(pixel / width), pixel % width);
  });
  return made;
}

const whiteNoise = (seed: number, deviation: number, size = 48) => {
  const stream = random(seed);
  return plane(size, size, () => 0.3 + deviation * stream.normal());
};

describe("bandEnergy", () => {
  it("adds up to the mean square over all bands (Parseval)", () => {
    const image = whiteNoise(1, 0.2, 33);
    const meanSquare = image.data.reduce((sum, value) => sum + value * value, 0) / image.data.length;
    const bands = [0, 0.05, 0.2, 0.4, Infinity];
    const energies = bands.slice(1).map((to, band) => bandEnergy(image, bands[band]!, to));
    expect(energies.reduce((a, b) => a + b)).toBeCloseTo(meanSquare, 6);
    expect(bandEnergy(image, 0)).toBeCloseTo(meanSquare, 6);
  });

  it("puts a cosine of amplitude A into its own frequency, with energy A²/2", () => {
    const [height, width, u] = [20, 40, 24]; // 24 / (2 · 40) = 0.3 cycles per pixel
    const wave = plane(height, width, (_, x) => 0.5 + 0.2 * Math.cos((Math.PI * (x + 0.5) * u) / width));
    expect(bandEnergy(wave, 0.299, 0.301)).toBeCloseTo(0.02, 6);
    expect(bandEnergy(wave, 0.301)).toBeCloseTo(0, 9);
    expect(bandEnergy(wave, 0.001, 0.299)).toBeCloseTo(0, 9);
    expect(bandEnergy(wave, 0, 0.001)).toBeCloseTo(0.25, 6);
  });

  it("finds white noise in proportion to the area of the band", () => {
    // A quarter disc of radius ¼ in a square of side ½ takes π/16 of its frequencies; the rest lies above 0.25 cycles
    // per pixel.
    expect(bandEnergy(whiteNoise(2, 0.1, 128), 0.25) / (0.01 * (1 - Math.PI / 16))).toBeCloseTo(1, 1);
  });

  it("refuses an empty band", () => {
    expect(() => bandEnergy(emptyPlane(4, 4), 0.3, 0.2)).toThrow(UnitError);
  });
});

describe("bandEnergyRatio", () => {
  /** Discs' worth of coarse structure, a wave of period 16 px, with white noise on it. */
  const picture = (seed: number, wave: number, noise: number) => {
    const grain = whiteNoise(seed, noise);
    return plane(48, 48, (y, x) => grain.data[48 * y + x]! + wave * Math.cos((Math.PI * (x + 0.5)) / 8));
  };

  it("is the ratio of the shares that noise has in the detail", () => {
    // Variances 0.0004 and 0.0001 of noise, 0.02 of waves: nearly all noise lies in the band, and hardly any in the rest
    const generated = [1, 2, 3].map((seed) => picture(seed, 0.2, 0.02));
    const real = [4, 5, 6, 7].map((seed) => picture(seed, 0.2, 0.01));
    expect(bandEnergyRatio(generated, real)).toBeGreaterThan(3.5);
    expect(bandEnergyRatio(generated, real)).toBeLessThan(4.5);
  });

  it("does not change with the contrast of the images, as when they hold more nuclei", () => {
    const real = [4, 5, 6].map((seed) => picture(seed, 0.1, 0.01));
    const fuller = [4, 5, 6].map((seed) => picture(seed, 0.3, 0.03));
    expect(bandEnergyRatio(fuller, real)).toBeCloseTo(1, 4);
  });

  it("refuses to compare with nothing", () => {
    expect(() => bandEnergyRatio([], [whiteNoise(1, 1)])).toThrow(DataError);
    expect(() => bandEnergyRatio([whiteNoise(1, 1)], [emptyPlane(8, 8)])).toThrow(DataError);
  });
});

/**
 * The trial in PyTorch: cycle error undisturbed, after low-pass 0.5 and 0.3 and noise 0.05; share of nuclei with
 * contrast below 0.08.
 */
const trial: readonly [
  name: string,
  errors: readonly number[],
  invisible: number,
  outcome: "free" | "hidden signal",
][] = [
  ["vanilla, seed 0", [0.0284, 0.0284, 0.029, 0.0294], 0, "free"],
  ["vanilla, seed 1", [0.0325, 0.0325, 0.0336, 0.0334], 0, "free"],
  ["low-pass 0.3, seed 0", [0.0309, 0.0309, 0.0304, 0.0315], 0, "free"],
  ["low-pass 0.3, seed 1", [0.0302, 0.0302, 0.0298, 0.0314], 0.001, "free"],
  ["low-pass 0.15", [0.0527, 0.0527, 0.053, 0.053], 0, "free"],
  ["paired pre-training", [0.0287, 0.0287, 0.0276, 0.0294], 0, "free"],
  ["refining", [0.025, 0.0248, 0.0252, 0.0257], 0, "free"],
  ["segmenter loss", [0.0231, 0.023, 0.0231, 0.0237], 0, "free"],
  ["wrong density, vanilla", [0.0639, 0.0962, 0.1121, 0.1075], 0.34, "hidden signal"],
  ["wrong density, low-pass 0.3", [0.0848, 0.0848, 0.0863, 0.1518], 1, "hidden signal"],
  ["wrong density, pre-training", [0.0568, 0.0567, 0.057, 0.0659], 0.18, "hidden signal"],
  ["wrong density, segmenter loss", [0.0511, 0.0508, 0.0509, 0.0526], 0, "free"],
];

describe("hiddenSignalVerdict", () => {
  it.each(trial)("agrees with the trial: %s", (_, [none, half, third, noise], invisibleShare, outcome) => {
    const cycleErrors = [
      { disturbance: "none", error: none! },
      { disturbance: "low-pass 0.5", error: half! },
      { disturbance: "low-pass 0.3", error: third! },
      { disturbance: "noise 0.05", error: noise! },
    ];
    const found = hiddenSignalVerdict({ cycleErrors, invisibleShare });
    expect(found.outcome).toBe(outcome);
    expect(found.reasons.length > 0).toBe(outcome === "hidden signal");
  });

  it("needs either probe alone, and says which spoke", () => {
    const steady = [{ disturbance: "none", error: 0.03 }];
    const jumping = [...steady, { disturbance: "noise 0.05", error: 0.042 }];
    expect(hiddenSignalVerdict({ cycleErrors: jumping, invisibleShare: 0 }).reasons).toEqual([
      "After noise 0.05 the label comes back 1.40 times as wrong (limit 1.3): it was read from what the disturbance removed.",
    ]);
    expect(hiddenSignalVerdict({ cycleErrors: steady, invisibleShare: 0.34 }).reasons).toEqual([
      "34 % of the labelled objects cannot be seen in the image (limit 2.0 %).",
    ]);
    expect(hiddenSignalVerdict({ cycleErrors: steady, invisibleShare: 0, highBandRatio: 7 }).reasons[0]).toContain(
      "7.0 times",
    );
    expect(
      hiddenSignalVerdict({ cycleErrors: jumping, invisibleShare: 0.34 }, { jump: 1.5, invisibleShare: 0.5 }).outcome,
    ).toBe("free");
  });
});

describe("cycleErrorJump", () => {
  it("sets every error in relation to the undisturbed one", () => {
    const jumps = cycleErrorJump([
      { disturbance: "noise", error: 0.06 },
      { disturbance: "none", error: 0.04 },
    ]);
    expect(jumps.map(({ ratio }) => +ratio.toFixed(12))).toEqual([1.5, 1]);
  });

  it("needs the undisturbed one", () => {
    expect(() => cycleErrorJump([{ disturbance: "noise", error: 1 }])).toThrow(DataError);
    expect(() => cycleErrorJump([{ disturbance: "none", error: 0 }])).toThrow(DataError);
  });
});

describe("equalisedPicture", () => {
  it("makes a faint hidden pattern plain", () => {
    const stream = random(3);
    // A chequered pattern of one hundredth, in the dark half of an image whose other half is bright.
    const isMarked = (y: number, x: number) => (y >> 3) % 2 === 1 && (x >> 3) % 2 === 1;
    const faint = plane(
      128,
      128,
      (y, x) => (x < 64 ? 0.1 : 0.7) + (isMarked(y, x) ? 0.01 : 0) + 0.003 * stream.normal(),
    );
    const shown = equalisedPicture(faint);
    const contrast = (picture: Plane) => {
      const sums = [0, 0];
      const counts = [0, 0];
      picture.data.forEach((value, pixel) => {
        const [y, x] = [pixel >> 7, pixel & 127];
        if (x >= 64) return;
        sums[+isMarked(y, x)]! += value;
        counts[+isMarked(y, x)]!++;
      });
      return sums[1]! / counts[1]! - sums[0]! / counts[0]!;
    };
    expect(contrast(shown)).toBeGreaterThan(3 * contrast(faint));
    expect(Math.max(...shown.data)).toBeLessThanOrEqual(1);
  });
});
