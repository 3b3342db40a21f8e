import { z } from "zod";

/**
 * What a run leaves behind: `record.json`. Every number in a report stands here, and the page can be built again from this file and
 * the pictures beside it. `docs/record.schema.json` is made from this schema; a test keeps the two equal.
 */

/** A mean with its 95 % interval over seeds and test images. `perSeed` are the scores of the single models, `n` the test images. */
export const Score = z.strictObject({
  metric: z.string(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
  perSeed: z.array(z.number()),
  n: z.int(),
});

/** One way of composing the training set, and how the models trained on it did on the same real test images. */
export const ArmRecord = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** What the models were trained on, in plain words. */
  training: z.string(),
  /** How many real images with their truth it needs: annotated by a person, or recorded together with a sharp partner. */
  annotatedImages: z.int(),
  /** `classical` and `real` arms are what synthetic arms are held against. */
  role: z.enum(["classical", "simulated", "generated", "combined", "real"]),
  scores: z.array(Score),
});

/** A paired difference of two arms on the same test images and seeds. */
export const Comparison = z.strictObject({
  arm: z.string(),
  baseline: z.string(),
  metric: z.string(),
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  pValue: z.number(),
  /** After Holm's correction over all comparisons of the record. */
  adjustedPValue: z.number(),
  outcome: z.enum(["helped", "no clear difference", "hurt", "cannot tell"]),
  sentence: z.string(),
});

/** A collection of images that took part. */
export const DataRecord = z.strictObject({
  role: z.enum(["real, for learning", "real, for scoring", "simulated", "generated"]),
  name: z.string(),
  images: z.int(),
  /** Objects in the labels; 0 when there are none. */
  objects: z.int(),
  /** Whether labels of this collection were used by an arm for training. */
  labelsUsedBy: z.array(z.string()),
  hash: z.string(),
  /** True when these "real" images are themselves made by a simulator, as in the demo. */
  standIn: z.boolean(),
});

/** How well generated images still match their labels, for one generator. */
export const AuditRecord = z.strictObject({
  generator: z.string(),
  images: z.int(),
  kept: z.int(),
  relabelled: z.int(),
  rejected: z.int(),
  /** Per witness: median F1@0.5 between label and witness, over images, with the tenth percentile. */
  witnesses: z.array(
    z.strictObject({
      name: z.string(),
      medianF1: z.number(),
      lowF1: z.number(),
      countBias: z.number(),
      areaBias: z.number(),
    }),
  ),
  /** Share of labelled objects whose outline shows no contrast in the image. */
  invisibleShare: z.number(),
  /** F1@0.5 of every image, for a histogram. */
  perImage: z.array(z.number()),
  /**
   * Label agreement: F1@0.5 between the labels and what a segmenter trained on real labels reads in the images, over seeds and images, and how
   * much it is above that of the vanilla generator with input masks. Only where real labels exist; nothing is trained or chosen by it.
   */
  agreement: z
    .strictObject({
      score: Score,
      aboveVanilla: z.strictObject({ difference: z.number(), low: z.number(), high: z.number() }).optional(),
    })
    .optional(),
});

/** Whether a generator hides its label in the image. */
export const SteganographyRecord = z.strictObject({
  generator: z.string(),
  lowPass: z.number(),
  /** L1 error of F(G(m)) on the [-1, 1] scale, undisturbed and after each disturbance. */
  cycleErrors: z.array(z.strictObject({ disturbance: z.string(), error: z.number(), ratio: z.number() })),
  /** Share of all detail that lies above half the Nyquist frequency, generated over real. */
  highBandRatio: z.number(),
  /** Where two labelled nuclei touch: median brightness in parts of the dimmer one, generated and simulated from the same masks, and their number. */
  contacts: z.strictObject({ generated: z.number(), simulated: z.number(), n: z.int() }).optional(),
  /** How much the nuclei of one image differ in brightness: median over images, generated and simulated from the same masks, and their number. */
  brightnessSpread: z.strictObject({ generated: z.number(), simulated: z.number(), n: z.int() }).optional(),
  hidden: z.boolean(),
  sentence: z.string(),
});

/** One descriptor of real, simulated and generated images, as samples for a histogram. */
export const DescriptorRecord = z.strictObject({
  name: z.string(),
  unit: z.string(),
  samples: z.record(z.string(), z.array(z.number())),
  /** Distance of each source to real: Wasserstein-1 in units of the real standard deviation. */
  distances: z.record(z.string(), z.number()),
});

/** How near a set of images is to real ones, in the features of a named network. */
export const RealismRecord = z.strictObject({
  /** The set: `"generated"`, `"mathematical model"`. */
  source: z.string(),
  featureNetwork: z.string(),
  /** Images of the set, and real images that it is held against. */
  images: z.int(),
  realImages: z.int(),
  measures: z.array(
    z.strictObject({
      name: z.string(),
      value: z.number(),
      low: z.number(),
      high: z.number(),
      /** The same between two halves of the real images: nothing can be told below it. */
      floor: z.number().optional(),
      lowerIsBetter: z.boolean(),
    }),
  ),
  /**
   * Power of the set's detail over that of the real images, by its period: from the coarsest, in bands of equal width in frequency, each named by its
   * finest period in pixels. 1 is as much.
   */
  detail: z.array(z.strictObject({ finestPx: z.number(), power: z.number() })).default([]),
  warnings: z.array(z.string()),
});

/** Whether generated images are copies of those that the generator learned from. */
export const NoveltyRecord = z.strictObject({
  generator: z.string(),
  images: z.int(),
  trainingImages: z.int(),
  heldOutImages: z.int(),
  outcome: z.enum(["not more alike", "more alike", "copies", "cannot tell"]),
  sentence: z.string(),
  pValue: z.number(),
  /** Images more alike to a training image than any held-out real image is. */
  copies: z.int(),
  /** Best match among the training images, normalised cross-correlation, of every image. */
  similarity: z.strictObject({ generated: z.array(z.number()), heldOut: z.array(z.number()) }),
});

/** Grey levels along a line through a held-out field. */
export const ProfileRecord = z.strictObject({
  title: z.string(),
  /** Pixels along the line, or µm where the pixel size is known. */
  unit: z.string(),
  positions: z.array(z.number()),
  series: z.array(z.strictObject({ name: z.string(), values: z.array(z.number()) })),
});

/** What a model draws where there is nothing to see, and how far models of several seeds disagree. */
export const ProbeRecord = z.strictObject({
  arm: z.string(),
  /** Standard deviation of the result of a blank field over that of a real one. */
  blankStructure: z.number(),
  hallucinates: z.boolean(),
  sentence: z.string(),
  /** Rank correlation of disagreement and error over pixels: how far the disagreement map tells where to doubt. */
  disagreementTellsError: z.number().optional(),
});

/** A picture in the run folder; the report embeds it. */
export const Picture = z.strictObject({
  role: z.enum([
    "comparison",
    "overlay",
    "prediction",
    "audit",
    "steganography",
    "calibration",
    "equalised",
    "novelty",
    "reconstruction",
    "disagreement",
  ]),
  title: z.string(),
  caption: z.string(),
  /** PNG, relative to the run folder. */
  file: z.string(),
});

/** Score against number of real labelled images, with and without synthetic data. */
export const LearningCurve = z.strictObject({
  metric: z.string(),
  series: z.array(
    z.strictObject({
      name: z.string(),
      points: z.array(
        z.strictObject({ labelledImages: z.int(), value: z.number(), low: z.number(), high: z.number() }),
      ),
    }),
  ),
});

/** Losses of one training, thinned to at most 500 points. */
export const TrainingRecord = z.strictObject({
  name: z.string(),
  steps: z.int(),
  seconds: z.number(),
  curves: z.record(z.string(), z.array(z.number()).readonly()),
});

export const RunRecord = z.strictObject({
  schemaVersion: z.literal(1),
  title: z.string(),
  fantascope: z.string(),
  /** The recipe with every default filled in. */
  recipe: z.record(z.string(), z.unknown()),
  command: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  seconds: z.number(),
  /** Of the program, and of the workers that ran side by side, each at its own peak. */
  peakMemoryMb: z.number(),
  machine: z.strictObject({
    platform: z.string(),
    processor: z.string(),
    cores: z.int(),
    memoryGb: z.number(),
    node: z.string(),
    onnxruntime: z.string(),
    /** Where networks were trained and images generated; scores are computed by the processor. */
    device: z.string().default("cpu"),
    lowering: z.string(),
    workers: z.int(),
  }),
  data: z.array(DataRecord),
  arms: z.array(ArmRecord),
  comparisons: z.array(Comparison),
  verdict: z.strictObject({
    outcome: z.enum(["helped", "no clear difference", "hurt", "cannot tell", "not scored"]),
    sentence: z.string(),
    /** The arm that the verdict recommends to use. */
    recommended: z.string(),
  }),
  audits: z.array(AuditRecord),
  steganography: z.array(SteganographyRecord),
  realism: z.array(RealismRecord).default([]),
  novelty: z.array(NoveltyRecord).default([]),
  profiles: z.array(ProfileRecord).default([]),
  probes: z.array(ProbeRecord).default([]),
  descriptors: z.array(DescriptorRecord),
  learningCurves: z.array(LearningCurve),
  trainings: z.array(TrainingRecord),
  pictures: z.array(Picture),
  /** What else was settled about the images before the work, each in a few words. */
  facts: z.array(z.strictObject({ name: z.string(), text: z.string() })).default([]),
  warnings: z.array(z.string()),
  methods: z.array(z.strictObject({ name: z.string(), reference: z.string() })),
});

export type Score = z.infer<typeof Score>;
export type ArmRecord = z.infer<typeof ArmRecord>;
export type Comparison = z.infer<typeof Comparison>;
export type DataRecord = z.infer<typeof DataRecord>;
export type AuditRecord = z.infer<typeof AuditRecord>;
export type SteganographyRecord = z.infer<typeof SteganographyRecord>;
export type DescriptorRecord = z.infer<typeof DescriptorRecord>;
export type RealismRecord = z.infer<typeof RealismRecord>;
export type NoveltyRecord = z.infer<typeof NoveltyRecord>;
export type ProfileRecord = z.infer<typeof ProfileRecord>;
export type ProbeRecord = z.infer<typeof ProbeRecord>;
export type Picture = z.infer<typeof Picture>;
export type LearningCurve = z.infer<typeof LearningCurve>;
export type TrainingRecord = z.infer<typeof TrainingRecord>;
export type RunRecord = z.infer<typeof RunRecord>;

/** What only the run itself knows of its making. */
export type Circumstances = Pick<RunRecord, "command" | "machine" | "peakMemoryMb">;
