import { random } from "../../src/core/random.ts";
import type { ArmRecord, Comparison, RunRecord, Score } from "../../src/recipes/record.ts";
import { fakeRecord } from "./fake-record.ts";

/** FAKE. Every number here is invented to fill a page of the recipe `super-resolve`; nothing was measured. */

const chance = random(23);
const seeds = [0, 1, 2];
const fields = 16;

function score(metric: string, value: number, spread: number, count: number): Score {
  return {
    metric,
    value,
    low: value - spread * chance.between(0.8, 1.3),
    high: value + spread * chance.between(0.8, 1.2),
    perSeed: Array.from({ length: count }, () => value + spread * 0.35 * chance.normal()),
    n: fields,
  };
}

function arm(
  name: string,
  title: string,
  role: ArmRecord["role"],
  training: string,
  annotatedImages: number,
  [psnr, msSsim, frc]: readonly [psnr: number, msSsim: number, frc: number],
): ArmRecord {
  const count = role === "classical" ? 1 : seeds.length;
  return {
    ...{ name, title, role, training, annotatedImages },
    scores: [
      score("PSNR", psnr, 0.4, count),
      score("MS-SSIM", msSsim, 0.011, count),
      score("FRC cut-off", frc, 0.02, count),
      score("SSIM", msSsim - 0.08, 0.013, count),
      score("NRMSE", 7.6 / psnr, 0.012, count),
    ],
  };
}

function comparison(
  names: readonly [arm: string, baseline: string],
  metric: string,
  [difference, low, high, pValue]: readonly [number, number, number, number],
  outcome: Comparison["outcome"],
): Comparison {
  return {
    ...{ arm: names[0], baseline: names[1], metric, difference, low, high, pValue, outcome },
    adjustedPValue: Math.min(1, 9 * pValue),
    sentence: `Fake sentence on ${names[0]} and ${names[1]} in ${metric}.`,
  };
}

function normals(count: number, mean: number, deviation: number): number[] {
  return Array.from({ length: count }, () => Math.min(0.999, mean + deviation * chance.normal()));
}

/** Bumps along a line, wider or narrower: what two filaments look like through a poor and a sharp microscope. */
function bumps(width: number, height: number, noise: number): number[] {
  return Array.from(
    { length: 96 },
    (_, x) =>
      [14, 38, 45, 70, 76].reduce((sum, at) => sum + height * Math.exp(-0.5 * ((x - at) / width) ** 2), 0.04) +
      noise * chance.normal(),
  );
}

function measures(kid: number, floors: number) {
  const measure = (name: string, value: number, spread: number, floor: number, lowerIsBetter: boolean) => ({
    ...{ name, value, low: value - spread, high: value + spread * 1.1, floor, lowerIsBetter },
  });
  return [
    measure("Kernel distance (KID)", kid, 0.012, floors * 0.0007, true),
    measure("Fréchet distance", 8 + 190 * kid, 2.1, 7.4 * floors, true),
    measure("Precision (looks real)", 0.82 - 2.6 * kid, 0.06, 0.83, false),
    measure("Recall (variety)", 0.74 - 3 * kid, 0.07, 0.8, false),
    measure("Density", 0.94 - 4 * kid, 0.08, 0.98, false),
    measure("Coverage", 0.9 - 4.2 * kid, 0.06, 0.95, false),
  ];
}

const detail = (powers: readonly number[]) => powers.map((power, band) => ({ finestPx: 8 / (band + 1), power }));

const decay = (from: number, to: number) =>
  Array.from({ length: 300 }, (_, i) => to + (from - to) * Math.exp(-i / 30) + 0.05 * to * chance.normal());

const arms = [
  arm(
    "input",
    "Input, enlarged",
    "classical",
    "no restoration: the poor image on the grid of the sharp one",
    0,
    [21.3, 0.712, 0.31],
  ),
  arm(
    "wiener",
    "Wiener filter",
    "classical",
    "no learning: deconvolution with the fitted blur and noise",
    0,
    [22.6, 0.764, 0.36],
  ),
  arm("experimental", "9 real pairs", "real", "9 real fields, recorded poor and sharp", 9, [25.94, 0.871, 0.472]),
  arm(
    "experimental-degraded",
    "Real, degraded",
    "real",
    "the sharp images of 9 real fields, with poor partners by simulated degradation",
    9,
    [25.71, 0.866, 0.468],
  ),
  arm(
    "mathematical",
    "Mathematical model",
    "simulated",
    "drawn filaments, with poor partners by simulated degradation",
    0,
    [25.02, 0.851, 0.461],
  ),
  arm(
    "generated",
    "Generated",
    "generated",
    "images of a diffusion model that saw 9 real fields, with poor partners by simulated degradation",
    9,
    [26.74, 0.893, 0.507],
  ),
  arm(
    "combined",
    "Generated + experimental",
    "combined",
    "half generated images, half 9 real fields",
    9,
    [26.91, 0.896, 0.511],
  ),
];

/** A record of the recipe `super-resolve` with something in each of its own fields. */
export const fakeSuperResolveRecord: RunRecord = {
  ...fakeRecord,
  title: "Super-resolution from generated images (fake record)",
  recipe: {
    recipe: "super-resolve",
    minutes: 90,
    seed: 0,
    seeds: 3,
    scale: 1,
    generator: { kind: "diffusion", patchPx: 64, steps: 4200, images: 300 },
    superResolver: { network: "care", steps: 1500 },
  },
  command: "fantascope run super-resolve --real images/pairs --out runs/fake --minutes 90",
  data: [
    {
      ...{ role: "real, for learning", name: "fake pairs", images: 3, objects: 0, standIn: false },
      labelsUsedBy: ["experimental", "experimental-degraded", "generated", "combined"],
      hash: "3c4d".repeat(16),
    },
    ...seeds.flatMap((seed): RunRecord["data"] => [
      {
        ...{ role: "simulated", name: `mathematical-${seed}`, images: 300, objects: 0, standIn: false },
        ...{ labelsUsedBy: ["mathematical"], hash: `a${seed}b2`.repeat(16) },
      },
      {
        ...{ role: "generated", name: `generated-${seed}`, images: 300, objects: 0, standIn: false },
        ...{ labelsUsedBy: ["generated", "combined"], hash: `d${seed}e5`.repeat(16) },
      },
    ]),
  ],
  arms,
  comparisons: [
    comparison(["generated", "experimental"], "PSNR", [0.8, 0.31, 1.27, 0.0011], "helped"),
    comparison(["generated", "experimental"], "MS-SSIM", [0.022, 0.009, 0.034, 0.0009], "helped"),
    comparison(["generated", "experimental"], "FRC cut-off", [0.035, 0.012, 0.057, 0.0042], "helped"),
    comparison(["generated", "mathematical"], "PSNR", [1.72, 0.93, 2.48, 0.0002], "helped"),
    comparison(["generated", "mathematical"], "MS-SSIM", [0.042, 0.021, 0.061, 0.0004], "helped"),
    comparison(["generated", "mathematical"], "FRC cut-off", [0.046, 0.019, 0.07, 0.0012], "helped"),
    comparison(["combined", "experimental"], "PSNR", [0.97, 0.42, 1.49, 0.0006], "helped"),
    comparison(["combined", "experimental"], "MS-SSIM", [0.025, 0.011, 0.038, 0.0008], "helped"),
    comparison(["combined", "experimental-degraded"], "FRC cut-off", [-0.003, -0.031, 0.028, 0.84], "cannot tell"),
  ],
  verdict: {
    outcome: "helped",
    sentence:
      "Generated images helped: PSNR is 26.74 dB with them, 25.94 dB with the real images alone. Generated helped: 0.80 dB of PSNR better than 9 real pairs (95 % interval 0.31 to 1.27). Generated helped: 2.2 points of MS-SSIM better than 9 real pairs (95 % interval 0.9 to 3.4). Generated helped: 3.5 points of FRC cut-off better than 9 real pairs (95 % interval 1.2 to 5.7). Generated helped: 1.72 dB of PSNR better than Mathematical model (95 % interval 0.93 to 2.48). Generated helped: 4.2 points of MS-SSIM better than Mathematical model (95 % interval 2.1 to 6.1). Generated helped: 4.6 points of FRC cut-off better than Mathematical model (95 % interval 1.9 to 7.0). Generated helped: 1.03 dB of PSNR better than Real, degraded (95 % interval 0.42 to 1.61).",
    recommended: "combined",
  },
  audits: [],
  steganography: [],
  descriptors: [],
  learningCurves: [],
  realism: [
    ...seeds.map((seed) => ({
      source: `generated (seed ${seed})`,
      featureNetwork: "fake-features-v0",
      ...{
        images: 200,
        realImages: 200,
        measures: measures(0.017 + 0.003 * seed, 1),
        detail: detail([1.02, 0.94, 0.91, 0.87]),
      },
      warnings:
        seed === 0
          ? ["Fréchet distance: too few images to tell: 512 on either side are the least (fake warning)."]
          : [],
    })),
    {
      source: "mathematical model",
      featureNetwork: "fake-features-v0",
      ...{
        images: 200,
        realImages: 200,
        measures: measures(0.083, 1.1),
        detail: detail([0.8, 0.41, 0.1, 0.02]),
        warnings: [],
      },
    },
  ],
  novelty: seeds.map((seed) => ({
    generator: `diffusion (seed ${seed})`,
    ...{ images: 200, trainingImages: 9, heldOutImages: 64, copies: seed === 2 ? 4 : 0 },
    outcome: seed === 2 ? ("copies" as const) : ("not more alike" as const),
    sentence:
      seed === 2
        ? "4 of 200 generated images copy training images: so alike to one is no held-out real image (fake sentence)."
        : `The generated images are not more alike to the training images than held-out real images are (fake sentence ${seed}).`,
    pValue: seed === 2 ? 0.0004 : 0.31 + 0.2 * seed,
    similarity: {
      generated: [...normals(seed === 2 ? 196 : 200, 0.71, 0.05), ...(seed === 2 ? [0.97, 0.98, 0.985, 0.99] : [])],
      heldOut: normals(64, 0.72, 0.055),
    },
  })),
  profiles: [
    { title: "fake field (0, 256), row 44", unit: "µm", step: 0.0265 },
    { title: "fake field (256, 0), row 108", unit: "px", step: 1 },
  ].map(({ title, unit, step }) => ({
    ...{ title, unit, positions: Array.from({ length: 96 }, (_, x) => x * step) },
    series: [
      { name: "Truth", values: bumps(1.7, 0.8, 0.01) },
      { name: "Input", values: bumps(5.5, 0.4, 0.05) },
      { name: "9 real pairs", values: bumps(3.1, 0.6, 0.02) },
      { name: "Mathematical model", values: bumps(2.9, 0.55, 0.02) },
      { name: "Generated", values: bumps(2.1, 0.74, 0.015) },
    ],
  })),
  probes: arms
    .filter(({ role }) => role !== "classical")
    .map(({ name }) => ({
      arm: name,
      blankStructure: name === "mathematical" ? 0.213 : 0.021,
      hallucinates: name === "mathematical",
      sentence:
        name === "mathematical"
          ? "Fake sentence: structure of 21 % of a real field comes out of noise alone."
          : "Fake sentence: noise on a blank field is not turned into structure.",
      disagreementTellsError: 0.57,
    })),
  trainings: [
    ...seeds.map((seed) => ({
      ...{ name: `train diffusion model (seed ${seed})`, steps: 4200, seconds: 1461.2 + seed },
      curves: { noise: decay(0.9, 0.04) },
    })),
    ...["9 real pairs", "mathematical model", "generated"].flatMap((name) =>
      seeds.map((seed) => ({
        ...{ name: `train super-resolver (${name}, seed ${seed})`, steps: 1500, seconds: 214.7 + seed },
        curves: { "absolute error": decay(0.2, 0.03), validation: decay(0.21, 0.035) },
      })),
    ),
  ],
  pictures: [
    ...(["real", "mathematical", "generated"] as const).flatMap((name): RunRecord["pictures"] => [
      {
        role: "comparison",
        title: { real: "Real, held out", mathematical: "Mathematical model", generated: "Generated" }[name],
        caption: `Fake caption of ${name}. All on one grey scale.`,
        file: `pictures/${name}.png`,
      },
      {
        role: "equalised",
        title: `${name}, equalised`,
        caption: "Fake caption.",
        file: `pictures/${name}-equalised.png`,
      },
    ]),
    ...seeds.map((seed) => ({
      role: "novelty" as const,
      title: `Closest pairs, seed ${seed}`,
      caption: "Generated, what it is most like, and the difference (fake).",
      file: `pictures/novelty-${seed}.png`,
    })),
    {
      role: "reconstruction",
      title: "Held-out fields",
      caption:
        "Columns: input; wiener filter; 9 real pairs; real, degraded; mathematical model; generated; generated + experimental; truth. First seed, one grey scale (fake).",
      file: "pictures/reconstructions.png",
    },
    {
      role: "disagreement",
      title: "Where the seeds disagree",
      caption:
        "Columns: mean of 3 models trained on generated images; their standard deviation × 8; the error × 8 (fake).",
      file: "pictures/disagreement.png",
    },
  ],
  facts: [{ name: "Poor images for training", text: "blur of 2.1 px, 48 photons, fitted to 9 pairs (fake)" }],
  warnings: ["Only 9 fields to learn from (fake)."],
  methods: [
    {
      name: "This microtubule does not exist",
      reference: "Saguy et al., Small Methods 2024. https://doi.org/10.1002/smtd.202400672",
    },
    {
      name: "CARE",
      reference: "Weigert et al., Nat. Methods 15, 1090 (2018). https://doi.org/10.1038/s41592-018-0216-7",
    },
  ],
};

/** The same run on the stand-in microscope. */
export const fakeSuperResolveDemoRecord: RunRecord = {
  ...fakeSuperResolveRecord,
  data: fakeSuperResolveRecord.data.map((data) => (data.role.startsWith("real") ? { ...data, standIn: true } : data)),
};
