import { DataError } from "../../../core/errors.ts";
import type { LabelMap, Plane } from "../../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../../core/progress.ts";
import { type Random, random } from "../../../core/random.ts";
import type { Tensor } from "../../../core/tensor.ts";
import { imageOfCanonical } from "../../../data/canonical-image.ts";
import type { Item } from "../../../data/dataset.ts";
import { fileHash } from "../../../data/file-hash.ts";
import { writeRgbPng } from "../../../data/formats/rgb-png.ts";
import { writeDataset } from "../../../data/write-dataset.ts";
import {
  type CycleError,
  condition,
  type Disturbance,
  disturbed,
  type GeneratedPair,
  type Generators,
  generatePair,
  labelsOfCondition,
  loadCycleGan,
  openGenerators,
  planeOfTensor,
  probeSteganography,
  tensorOfPlane,
} from "../../../generators/cyclegan/index.ts";
import { instancesFromMaps } from "../../../image/instance-maps.ts";
import type { RgbImage } from "../../../image/rgb-image.ts";
import { sheet } from "../../../image/sheet.ts";
import { matchingTally, type Tally } from "../../../metrics/additive-scores.ts";
import { bandEnergyRatio } from "../../../metrics/band-energy.ts";
import { brightnessSpread } from "../../../metrics/brightness-spread.ts";
import { contactBrightness } from "../../../metrics/contact-brightness.ts";
import { type LabelFidelity, labelFidelity } from "../../../metrics/label-fidelity.ts";
import { matching } from "../../../metrics/matching.ts";
import { maskScene } from "../../../microscope/mask-scene.ts";
import { simulateCanonical } from "../../../microscope/simulate-canonical.ts";
import { loadModel } from "../../../tasks/segment/model-file.ts";
import { openSegmenter } from "../../../tasks/segment/predict.ts";
import type { Job } from "../../job.ts";
import { jobDevice } from "../../job-device.ts";
import { CROP_PX } from "../canonical-set.ts";
import { realPlanes, type SegmentContext, syntheticFolder } from "./context.ts";
import { describeSet, type SetDescription } from "./describe-set.ts";
import { cycleGanFile } from "./fit-cyclegan.ts";
import { segmenterFiles } from "./fit-segmenter.ts";

/** A generated set with what is known of its honesty. */
export interface GenerationResult {
  readonly input: SetDescription;
  readonly cycled: SetDescription;
  /** One audit per generated image, in order; against the label that the generator was given, and against the cycled one. */
  readonly audits: { readonly input: readonly LabelFidelity[]; readonly cycled: readonly LabelFidelity[] };
  /**
   * Per image, how the segmenter trained on real labels reads it, held against both labels at IoU 0.5. It takes no part in the audit or in any
   * training: it only says from outside how true the labels are. Without real labels nobody can say.
   */
  readonly agreement?: { readonly input: readonly Tally[]; readonly cycled: readonly Tally[] };
  readonly cycleErrors: readonly CycleError[];
  /** Share of all detail that lies above half the Nyquist frequency, generated over real. */
  readonly highBandRatio: number;
  /** Brightness of every contact of two labelled nuclei: in the generated images, and in the simulator's of the same masks. */
  readonly contacts: { readonly generated: readonly number[]; readonly simulated: readonly number[] };
  /** Spread of brightness between the nuclei of every image that has some: of the generated ones, and of the simulator's of the same masks. */
  readonly brightnessSpread: { readonly generated: readonly number[]; readonly simulated: readonly number[] };
}

/** Label maps for the steganography probe, and how many of them are shown. */
const PROBES = 40;
const SHOWN = 4;

/** Path, in the run folder, of the picture of masks and what comes back of them. */
export function steganographyPicture(variant: string, seed: number): string {
  return `pictures/steganography-${variant}-${seed}.png`;
}

/**
 * Generated pairs of one variant and seed, audited one by one, written twice: with the input mask and with the cycled mask as label.
 */
export async function generateJob(context: SegmentContext, job: Job, options: WorkOptions): Promise<GenerationResult> {
  const { recipe, plan, calibration, folder } = context;
  const variant = plan.variants.find(({ name }) => name === job.subject)!;
  const file = cycleGanFile(context, variant.name, job.seed);
  const generators = await openGenerators(loadCycleGan(file), { device: jobDevice(context) });
  const witness = await openSegmenter([loadModel(segmenterFiles(context, "simulated", job.seed).weights).state], {
    tilePx: CROP_PX,
  });
  const outsider = plan.arms.some(({ name }) => name === "real-all")
    ? await openSegmenter([loadModel(segmenterFiles(context, "real-all", job.seed).weights).state], { tilePx: CROP_PX })
    : undefined;
  const agreement = { input: [] as Tally[], cycled: [] as Tally[] };
  const stream = random(job.seed).fork("generate");
  const scene = (...purpose: (string | number)[]) => ({
    size: CROP_PX,
    random: stream.fork(...purpose),
    densityFactor: recipe.simulate.densityFactor,
  });
  const draw = (...purpose: (string | number)[]) => maskScene(calibration, scene(...purpose));

  const settings = { brightness: variant.brightness, refineEdges: recipe.generator.refineEdges };
  const provenance = {
    origin: "synthetic",
    method: "cyclegan",
    seed: job.seed,
    generator: await fileHash(file),
    settings: { variant: variant.name, lowPass: variant.lowPass, ...settings },
  } as const;
  const audits = { input: [] as LabelFidelity[], cycled: [] as LabelFidelity[] };
  const contacts = { generated: [] as number[], simulated: [] as number[] };
  const spread = { generated: [] as number[], simulated: [] as number[] };
  const pairs: GeneratedPair[] = [];
  for (let index = 0; index < recipe.simulate.pairs; index++) {
    stopIfCancelled(options.signal, job.title);
    const drawn = simulateCanonical(calibration, scene(index));
    const pair = await generatePair(generators, drawn, settings);
    for (const [source, image] of [
      ["generated", pair.image],
      ["simulated", drawn.image],
    ] as const) {
      contacts[source].push(...contactBrightness(image, drawn.labels));
      const differ = brightnessSpread(image, drawn.labels);
      if (differ !== undefined) spread[source].push(differ);
    }
    const witnesses = [
      { name: "independent segmenter", labels: instancesFromMaps(await witness.maps(pair.image)) },
      { name: "disturbed cycle", labels: await readDisturbed(generators, pair.image, stream.fork("disturb", index)) },
    ];
    const read = outsider && instancesFromMaps(await outsider.maps(pair.image));
    for (const [kind, labels] of [
      ["input", pair.inputLabels],
      ["cycled", pair.cycledLabels],
    ] as const) {
      audits[kind].push({ ...labelFidelity(pair.image, labels, witnesses), contrasts: [] });
      if (read) agreement[kind].push(matchingTally(matching(labels, read)));
    }
    pairs.push(pair);
    options.onProgress?.({ stage: job.title, done: index + 1, total: recipe.simulate.pairs });
  }

  const write = (kind: "input" | "cycled") => {
    const kept = pairs.flatMap((pair, index) =>
      recipe.audit.onDoubt === "reject" && audits[kind][index]!.verdict === "reject"
        ? []
        : [
            itemOf(pair.image, kind === "input" ? pair.inputLabels : pair.cycledLabels, index, {
              ...provenance,
              index,
            }),
          ],
    );
    if (kept.length === 0) throw allRejected(job.title, audits[kind]);
    const name = `${variant.name}-${kind}`;
    return writeDataset(syntheticFolder(folder, name, job.seed), kept, { name: `${name}-${job.seed}` });
  };
  const [input, cycled] = [await describeSet(await write("input")), await describeSet(await write("cycled"))];
  const probe = await probeSteganography(
    generators,
    Array.from({ length: PROBES }, (_, index) => draw("probe", index)),
    { random: stream.fork("probe noise"), keepBefore: variant.lowPass },
  );
  const shown = Array.from({ length: SHOWN }, (_, index) => draw("probe", index));
  await writeRgbPng(
    folder.file(steganographyPicture(variant.name, job.seed)),
    await cyclePicture(generators, shown, stream),
  );
  await generators.release();
  await witness.release();
  await outsider?.release();
  return {
    input,
    cycled,
    audits,
    ...(outsider ? { agreement } : {}),
    cycleErrors: probe.cycleErrors,
    highBandRatio: bandEnergyRatio(probe.images, await realPlanes(context)),
    contacts,
    brightnessSpread: spread,
  };
}

function allRejected(where: string, audits: readonly LabelFidelity[]): DataError {
  const fidelity = audits.reduce((sum, audit) => sum + audit.fidelity, 0) / audits.length;
  return new DataError({
    where,
    expected: "some generated images whose labels the witnesses confirm",
    received: `none of ${audits.length}; mean fidelity ${fidelity.toFixed(2)}`,
    fix: "Give the generator more minutes, set generator.consistencyWeight to 2, or audit.onDoubt to keep.",
  });
}

/** An image as the audit disturbs it before the inverse generator reads it: nothing hidden survives low-pass, noise and quantisation. */
const AUDIT_DISTURBANCE: Disturbance = { name: "audit", keep: 0.3, noise: 0.025, levels: 20 };

function maskOfDisturbed(generators: Generators, image: Plane, stream: Random): Promise<Tensor> {
  return generators.mask(disturbed(tensorOfPlane(image), AUDIT_DISTURBANCE, stream), AUDIT_DISTURBANCE.keep);
}

async function readDisturbed(generators: Generators, image: Plane, stream: Random): Promise<LabelMap> {
  return labelsOfCondition(await maskOfDisturbed(generators, image, stream));
}

/** Rows of mask, image, mask read back, mask read back from the disturbed image. */
async function cyclePicture(generators: Generators, labels: readonly LabelMap[], stream: Random): Promise<RgbImage> {
  const tiles: Plane[] = [];
  for (const [index, label] of labels.entries()) {
    const mask = condition(label);
    const image = await generators.image(mask);
    const back = await generators.mask(image);
    const disturbedBack = await maskOfDisturbed(generators, planeOfTensor(image), stream.fork("cycle picture", index));
    tiles.push(firstMap(mask), planeOfTensor(image), firstMap(back), firstMap(disturbedBack));
  }
  return sheet(tiles, { columns: 4, contrast: { black: 0, white: 1 } });
}

/** Foreground of a condition, 0…1. */
function firstMap({ data, shape }: Tensor): Plane {
  const [, , height, width] = shape as [number, number, number, number];
  return { data: data.slice(0, height * width).map((value) => (value + 1) / 2), height, width };
}

function itemOf(image: Plane, labels: LabelMap, index: number, provenance: Item["provenance"]): Item {
  const name = `generated-${String(index).padStart(5, "0")}`;
  return { name, group: "generated", image: imageOfCanonical(image), annotations: { instances: labels }, provenance };
}
