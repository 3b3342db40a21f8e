import { random } from "../../src/core/random.ts";
import type { ArmRecord, RunRecord, Score } from "../../src/recipes/record.ts";

/** FAKE. Every number here is invented to fill a page; nothing was measured. */

const chance = random(11);
const f1 = "F1@0.5";
const accuracy = "mean matchAccuracy";

function score(metric: string, value: number, spread: number, seeds: number): Score {
  return {
    metric,
    value,
    low: value - spread * chance.between(0.8, 1.3),
    high: value + spread * chance.between(0.8, 1.2),
    perSeed: Array.from({ length: seeds }, () => value + spread * 0.35 * chance.normal()),
    n: 18,
  };
}

function arm(
  name: string,
  title: string,
  role: ArmRecord["role"],
  training: string,
  annotatedImages: number,
  values: readonly [f1: number, accuracy: number],
): ArmRecord {
  const seeds = role === "classical" ? 1 : 3;
  return {
    ...{ name, title, role, training, annotatedImages },
    scores: [
      score(accuracy, values[1], 0.028, seeds),
      score(f1, values[0], 0.02, seeds),
      score("precision@0.5", values[0] + 0.012, 0.02, seeds),
      score("recall@0.5", values[0] - 0.014, 0.024, seeds),
      score("panopticQuality@0.5", values[0] * 0.8, 0.03, seeds),
      score("count error", 1.6 - values[0], 0.2, seeds),
    ],
  };
}

function normals(count: number, mean: number, deviation: number): number[] {
  return Array.from({ length: count }, () => mean + deviation * chance.normal());
}

function decay(from: number, to: number, jitter: number, points = 400): number[] {
  return Array.from({ length: points }, (_, i) =>
    Math.max(
      1e-4,
      to + (from - to) * Math.exp((-6 * i) / points) * (1 + jitter * chance.normal()) + to * jitter * chance.normal(),
    ),
  );
}

const descriptor = (
  name: string,
  unit: string,
  mean: number,
  deviation: number,
  shifts: readonly [number, number],
) => ({
  name,
  unit,
  samples: {
    real: normals(220, mean, deviation),
    simulated: normals(300, mean + shifts[0] * deviation, deviation * 0.85),
    generated: normals(300, mean + shifts[1] * deviation, deviation * 0.95),
  },
  distances: { simulated: Math.abs(shifts[0]) + 0.1, generated: Math.abs(shifts[1]) + 0.05 },
});

const seeds = [0, 1, 2];

/** A run record with something in every field, as a full run would leave it behind. */
export const fakeRecord: RunRecord = {
  schemaVersion: 1,
  title: "Nuclei segmentation without annotation (fake record)",
  fantascope: "0.1.0",
  recipe: {
    recipe: "segment",
    minutes: 60,
    seed: 0,
    seeds: 3,
    generator: { kind: "cyclegan", lowPass: 0.3 },
    segmenter: { steps: 600 },
  },
  command: "fantascope run segment --real images/train --test images/test --out runs/fake --minutes 60",
  startedAt: "2025-03-04T09:12:44.000Z",
  finishedAt: "2025-03-04T10:16:02.000Z",
  seconds: 3798.4,
  peakMemoryMb: 1432.6,
  machine: {
    platform: "linux x64",
    processor: "Fake Processor 3000 @ 2.70GHz",
    cores: 2,
    memoryGb: 7.8,
    node: "24.21.0",
    onnxruntime: "1.30.0",
    device: "cpu",
    lowering: "portable",
    workers: 2,
  },
  data: [
    {
      role: "real, for learning",
      name: "fake-nuclei train",
      images: 72,
      objects: 1561,
      labelsUsedBy: ["real-5", "real-all"],
      hash: "0f3a".repeat(16),
      standIn: false,
    },
    {
      role: "real, for scoring",
      name: "fake-nuclei test",
      images: 18,
      objects: 381,
      labelsUsedBy: [],
      hash: "77c1".repeat(16),
      standIn: false,
    },
    {
      role: "simulated",
      name: "simulated",
      images: 500,
      objects: 7214,
      labelsUsedBy: ["simulated", "combined"],
      hash: "ab02".repeat(16),
      standIn: false,
    },
    {
      role: "generated",
      name: "dct",
      images: 500,
      objects: 6988,
      labelsUsedBy: ["dct-cycled"],
      hash: "5e9d".repeat(16),
      standIn: false,
    },
  ],
  arms: [
    arm(
      "classical",
      "Otsu + watershed",
      "classical",
      "no learning: threshold, distance watershed, half-maximum edges",
      0,
      [0.869, 0.446],
    ),
    arm("simulated", "Simulation only", "simulated", "pairs from the calibrated simulator", 0, [0.883, 0.527]),
    arm(
      "vanilla-input",
      "Vanilla, input mask",
      "generated",
      "generated images (vanilla CycleGAN) with the input mask as label",
      0,
      [0.871, 0.502],
    ),
    arm(
      "vanilla-cycled",
      "Vanilla, cycled mask",
      "generated",
      "generated images (vanilla CycleGAN) with the cycled mask as label",
      0,
      [0.881, 0.511],
    ),
    arm(
      "dct-input",
      "Low-pass, input mask",
      "generated",
      "generated images (low-pass 0.3) with the input mask as label",
      0,
      [0.892, 0.528],
    ),
    arm(
      "dct-cycled",
      "Low-pass, cycled mask",
      "generated",
      "generated images (low-pass 0.3) with the cycled mask as label",
      0,
      [0.904, 0.545],
    ),
    arm(
      "combined",
      "Simulation + generated",
      "combined",
      "half pairs from the simulator, half from the dct generator with cycled masks",
      0,
      [0.907, 0.561],
    ),
    arm("real-5", "5 real labels", "real", "5 labelled real images", 5, [0.842, 0.489]),
    arm(
      "real-5+synthetic",
      "5 labelled + synthetic",
      "combined",
      "5 labelled real images, simulated and generated pairs, a third each",
      5,
      [0.911, 0.572],
    ),
    arm("real-all", "All 72 real labels", "real", "72 labelled real images", 72, [0.905, 0.566]),
  ],
  comparisons: [
    {
      arm: "dct-cycled",
      baseline: "vanilla-input",
      metric: f1,
      difference: 0.0331,
      low: 0.0142,
      high: 0.0523,
      pValue: 0.0004,
      adjustedPValue: 0.0032,
      outcome: "helped",
      sentence: "The low-pass with cycled masks gained 3.3 points over the vanilla method.",
    },
    {
      arm: "combined",
      baseline: "real-all",
      metric: f1,
      difference: 0.0021,
      low: -0.0133,
      high: 0.0187,
      pValue: 0.781,
      adjustedPValue: 1,
      outcome: "no clear difference",
      sentence: "As good as all real labels, as far as 18 images can tell.",
    },
    {
      arm: "combined",
      baseline: "classical",
      metric: f1,
      difference: 0.0382,
      low: 0.0121,
      high: 0.0653,
      pValue: 0.0031,
      adjustedPValue: 0.0186,
      outcome: "helped",
      sentence: "Clearly better than thresholding.",
    },
    {
      arm: "combined",
      baseline: "real-all",
      metric: accuracy,
      difference: -0.0052,
      low: -0.0262,
      high: 0.0151,
      pValue: 0.614,
      adjustedPValue: 1,
      outcome: "cannot tell",
      sentence: "About 45 test images would be needed.",
    },
    {
      arm: "vanilla-input",
      baseline: "simulated",
      metric: accuracy,
      difference: -0.0252,
      low: -0.0411,
      high: -0.0093,
      pValue: 0.0022,
      adjustedPValue: 0.0154,
      outcome: "hurt",
      sentence: "The vanilla method lost 2.5 points against plain simulation.",
    },
    {
      arm: "combined",
      baseline: "classical",
      metric: accuracy,
      difference: 0.1152,
      low: 0.0811,
      high: 0.1493,
      pValue: 0.0001,
      adjustedPValue: 0.0009,
      outcome: "helped",
      sentence: "Outlines are far more exact than those of thresholding.",
    },
  ],
  verdict: {
    outcome: "helped",
    sentence:
      "Against the classical method: Simulation + generated helped: 3.8 points of F1@0.5 better than Otsu + watershed (95 % interval 1.2 to 6.5). Against all real labels: Simulation + generated makes no clear difference: 0.2 points of F1@0.5 better (95 % interval −1.3 to 1.9), within the 1.0 that would matter.",
    recommended: "combined",
  },
  audits: [
    {
      ...{ generator: "vanilla", images: 500, kept: 402, relabelled: 41, rejected: 57, invisibleShare: 0.034 },
      witnesses: [
        { name: "cycled mask", medianF1: 0.931, lowF1: 0.812, countBias: -0.021, areaBias: 0.034 },
        { name: "simulation-trained segmenter", medianF1: 0.876, lowF1: 0.701, countBias: -0.062, areaBias: 0.081 },
      ],
      perImage: normals(500, 0.84, 0.09).map((value) => Math.min(1, Math.max(0, value))),
      agreement: {
        score: { metric: "F1@0.5", value: 0.551, low: 0.498, high: 0.602, perSeed: [0.54, 0.55, 0.563], n: 500 },
      },
    },
    {
      ...{ generator: "dct", images: 500, kept: 471, relabelled: 0, rejected: 29, invisibleShare: 0.001 },
      witnesses: [
        { name: "cycled mask", medianF1: 0.953, lowF1: 0.874, countBias: -0.008, areaBias: 0.021 },
        { name: "simulation-trained segmenter", medianF1: 0.913, lowF1: 0.822, countBias: 0.013, areaBias: -0.017 },
      ],
      perImage: normals(500, 0.92, 0.045).map((value) => Math.min(1, Math.max(0, value))),
      agreement: {
        score: { metric: "F1@0.5", value: 0.906, low: 0.881, high: 0.924, perSeed: [0.9, 0.905, 0.913], n: 500 },
        aboveVanilla: { difference: 0.355, low: 0.281, high: 0.418 },
      },
    },
  ],
  realism: [],
  novelty: [],
  profiles: [],
  probes: [],
  steganography: [
    {
      ...{ generator: "vanilla", lowPass: 1, highBandRatio: 1.83, hidden: true },
      brightnessSpread: { generated: 0.12, simulated: 0.23, n: 260 },
      contacts: { generated: 0.59, simulated: 1.08, n: 817 },
      cycleErrors: [
        { disturbance: "none", error: 0.0639, ratio: 1 },
        { disturbance: "low-pass 0.5", error: 0.0962, ratio: 1.505 },
        { disturbance: "low-pass 0.3", error: 0.1121, ratio: 1.754 },
        { disturbance: "noise 0.05", error: 0.1075, ratio: 1.682 },
        { disturbance: "8-bit quantisation", error: 0.0641, ratio: 1.003 },
      ],
      sentence:
        "The cycle error rises by 75 % when high frequencies are removed: part of the label travels in a pattern that no eye sees.",
    },
    {
      ...{ generator: "dct", lowPass: 0.3, highBandRatio: 0.94, hidden: false },
      brightnessSpread: { generated: 0.24, simulated: 0.23, n: 260 },
      contacts: { generated: 1.02, simulated: 1.08, n: 817 },
      cycleErrors: [
        { disturbance: "none", error: 0.0309, ratio: 1 },
        { disturbance: "low-pass 0.5", error: 0.0309, ratio: 1 },
        { disturbance: "low-pass 0.3", error: 0.0304, ratio: 0.984 },
        { disturbance: "noise 0.05", error: 0.0315, ratio: 1.019 },
        { disturbance: "8-bit quantisation", error: 0.0309, ratio: 1.001 },
      ],
      sentence: "The cycle error stays the same under every disturbance: nothing is hidden.",
    },
  ],
  descriptors: [
    descriptor("Nucleus diameter", "px", 20.4, 4.1, [0.31, 0.12]),
    descriptor("Nuclei per image", "", 21, 9, [-0.22, -0.18]),
    descriptor("Nearest neighbour", "px", 31, 8, [0.14, 0.09]),
    descriptor("Foreground intensity", "grey levels", 112, 38, [-0.52, -0.07]),
    descriptor("Background", "grey levels", 18, 5, [0.6, 0.11]),
    descriptor("Noise of background", "grey levels", 3.4, 0.9, [-0.9, -0.35]),
  ],
  learningCurves: [f1, accuracy].map((metric, index) => {
    const points = (values: readonly (readonly [number, number])[]) =>
      values.map(([labelledImages, value]) => ({
        labelledImages,
        value: value - 0.34 * index,
        low: value - 0.34 * index - 0.02,
        high: value - 0.34 * index + 0.018,
      }));
    return {
      metric,
      series: [
        {
          name: "real labels only",
          points: points([
            [2, 0.781],
            [5, 0.842],
            [10, 0.871],
            [72, 0.905],
          ]),
        },
        {
          name: "real labels + synthetic",
          points: points([
            [0, 0.907],
            [2, 0.908],
            [5, 0.911],
            [10, 0.914],
            [72, 0.921],
          ]),
        },
      ],
    };
  }),
  trainings: [
    ...["vanilla", "dct"].flatMap((name) =>
      seeds.map((seed) => ({
        name: `generator ${name} (seed ${seed})`,
        steps: 2000,
        seconds: 361.2 + seed,
        curves: {
          adversarial: decay(0.9, 0.42, 0.2),
          cycle: decay(5.2, 0.61, 0.15),
          discriminator: decay(0.5, 0.31, 0.2),
        },
      })),
    ),
    ...["simulated", "dct-cycled", "combined", "real-all"].flatMap((name) =>
      seeds.map((seed) => ({
        name: `segmenter ${name}, seed ${seed}`,
        steps: 600,
        seconds: 71.6 + seed,
        curves: { interior: decay(0.8, 0.09, 0.12), border: decay(0.6, 0.14, 0.12), distance: decay(0.31, 0.03, 0.12) },
      })),
    ),
  ],
  pictures: [
    { role: "comparison", title: "Real", caption: "Eight fields of fake-nuclei train.", file: "pictures/real.png" },
    {
      role: "comparison",
      title: "Simulated",
      caption: "From the calibrated simulator.",
      file: "pictures/simulated.png",
    },
    {
      role: "comparison",
      title: "Generated, vanilla CycleGAN",
      caption: "The same masks without low-pass.",
      file: "pictures/generated-vanilla.png",
    },
    {
      role: "comparison",
      title: "Generated",
      caption: "By the low-pass CycleGAN.",
      file: "pictures/generated-dct.png",
    },
    ...[0, 1, 2].map((index) => ({
      role: "prediction" as const,
      title: `Test image ${index + 1}`,
      caption: "Prediction of the recommended arm.",
      file: `pictures/overlay-${index}.png`,
    })),
    ...[0, 1, 2].map((index) => ({
      role: "audit" as const,
      title: `Worst case ${index + 1}`,
      caption: "Image, its label, what the witness sees. F1@0.5 0.412.",
      file: `pictures/worst-${index}.png`,
    })),
    {
      role: "steganography",
      title: "Cycled masks",
      caption: "Undisturbed and after low-pass.",
      file: "pictures/hidden.png",
    },
    { role: "equalised", title: "Vanilla, equalised", caption: "", file: "pictures/equalised-vanilla.png" },
    { role: "equalised", title: "Low-pass, equalised", caption: "", file: "pictures/equalised-dct.png" },
  ],
  facts: [],
  warnings: [
    "4 of 72 real images show fewer than three nuclei; the calibration left them out.",
    "The audit rejected 11 % of the images of the vanilla generator.",
  ],
  methods: [
    { name: "CycleGAN", reference: "Zhu, Park, Isola & Efros, ICCV 2017. https://doi.org/10.1109/ICCV.2017.244" },
    {
      name: "U-Net",
      reference: "Ronneberger, Fischer & Brox, MICCAI 2015. https://doi.org/10.1007/978-3-319-24574-4_28",
    },
    { name: "Holm’s correction", reference: "Holm, Scand. J. Stat. 6, 65 (1979)." },
  ],
};

/** The same run as the demo would leave it: what is called real is a stand-in. */
export const fakeDemoRecord: RunRecord = {
  ...fakeRecord,
  data: fakeRecord.data.map((data) => (data.role.startsWith("real") ? { ...data, standIn: true } : data)),
};
