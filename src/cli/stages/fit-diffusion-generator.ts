import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plane } from "../../core/plane.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import type { Dataset, Item } from "../../data/dataset.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { writeFileAtomically } from "../../data/formats/index.ts";
import { unitPlane } from "../../data/unit-plane.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { fitDiffusion } from "../../generators/diffusion/fit.ts";
import { saveDiffusion } from "../../generators/diffusion/model-file.ts";
import { patchStream } from "../../generators/diffusion/patches.ts";
import {
  diffusionPresets,
  measureStepSeconds,
  type PresetMinutes,
  type PresetSizePx,
  stepsWithin,
} from "../../generators/diffusion/presets.ts";
import { priorFor } from "../../generators/diffusion/prior.ts";
import { type JudgeOptions, judgeGenerator } from "../../recipes/judge-generator.ts";
import { TOLD_AUGMENTATION } from "../../recipes/super-resolve/diffusion-settings.ts";
import { chosenChannel } from "./chosen-channel.ts";
import { claimFolder } from "./claim-folder.ts";
import { drawPreview, type PreviewFiles } from "./draw-preview.ts";
import { elsewhere } from "./elsewhere.ts";
import { type JudgedSplit, judgedSplit } from "./judged-split.ts";
import { readClaim } from "./read-claim.ts";

/** How a diffusion generator is trained by itself. */
export interface FitDiffusionGeneratorOptions extends WorkOptions {
  /** Edge of the square images that it will draw. */
  readonly patchPx?: PresetSizePx;
  /** Time that the preset is made for. */
  readonly minutes?: PresetMinutes;
  /** Training steps; unless given, as many as fit into the minutes on this machine. */
  readonly steps?: number;
  readonly seed?: number;
  /** Channel of the images to learn, counted from 1; unless given, the one with the most light. */
  readonly channel?: number;
  /** Whether it learns to draw from the images' label maps, too. */
  readonly withLabels?: boolean;
  /**
   * Whether a part of the images is kept from the generator, to choose its best state and to stop it when it begins to copy. Where images are too few and too
   * small for that, all are learned from.
   */
  readonly judge?: boolean | Pick<JudgeOptions, "images" | "steps">;
  /** Whether it begins with what the package ships, which was trained on simulated microscopy, where there is something for its network. */
  readonly pretrained?: boolean;
  readonly threads?: number;
  /** Where networks are computed. */
  readonly device?: DeviceName;
}

/** Where a trained diffusion generator lies. */
export interface FittedDiffusionGenerator extends PreviewFiles {
  readonly steps: number;
  /** What the judge said; undefined where there was none. */
  readonly judged?: Judgement;
}

/** What became of a judged training. */
export interface Judgement {
  /** Steps after which the weights were taken. */
  readonly chosenStep: number;
  /** Kernel distance to the held-out images there. */
  readonly kernelDistance: number;
  /** Why training ended before its last step, if it did. */
  readonly stopped?: string;
}

/** Looks of the judge, spread over the training. */
const LOOKS = 6;

/** Pictures of each half of the preview. */
const PREVIEWED = 32;

/**
 * Diffusion generator of unlabelled images: `diffusion.safetensors`, `training.json` (losses, what the judge said), `samples.png` and `samples-equalised.png`. Of pairs it learns
 * the sharp images. With labels it learns what image belongs to a label map, and to draw without one as well.
 * Called again with the same settings, an interrupted training goes on, with the steps that were settled at first.
 *
 * @throws {@link DataError} when there are no images, or labels are wanted and missing
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function fitDiffusionGenerator(
  real: string,
  out: string,
  {
    patchPx = 64,
    minutes = 30,
    steps: wanted,
    seed = 0,
    channel,
    withLabels = false,
    judge = true,
    pretrained = true,
    threads = 1,
    device = "cpu",
    ...work
  }: FitDiffusionGeneratorOptions = {},
): Promise<FittedDiffusionGenerator> {
  const dataset = await openDataset(real);
  const learnedFrom = await dataset.hash();
  const preset = diffusionPresets[patchPx][minutes];
  const learnedPlane = (item: Item) => sharpPlane(item, channel);
  const stream = random(seed).fork("diffusion");
  const split = judge ? await fitSplit(dataset, { patchPx, seed, channel }) : undefined;
  const patches = await patchStream(split?.learn ?? dataset, {
    sizePx: patchPx,
    random: stream.fork("patches"),
    toldProbability: TOLD_AUGMENTATION,
    planeOf: split?.planeOf ?? learnedPlane,
    withLabels,
    ...(split && { labelsOf: split.labelsOf }),
  });
  const settled = (await readClaim(out, "fit"))?.steps;
  const steps =
    wanted ??
    (typeof settled === "number"
      ? settled
      : stepsWithin(minutes, await measureStepSeconds(preset, patches, { threads, device })));
  const asked = { patchPx, minutes, steps, seed, withLabels, judge: judge !== false, pretrained };
  const chosen = channel === undefined ? {} : { channel };
  const settings = { generator: "diffusion", ...asked, ...chosen, ...elsewhere(device), learnedFrom };
  await claimFolder(out, "fit", settings);
  const files = {
    model: join(out, "diffusion.safetensors"),
    preview: join(out, "samples.png"),
    equalised: join(out, "samples-equalised.png"),
  };

  const told = join(out, "training.json");
  if (!existsSync(files.model)) {
    const judging =
      split &&
      (await judgeGenerator(split.learned, split.held, {
        patchPx,
        random: stream.fork("judge"),
        ...(judge === true ? {} : judge),
        ...(withLabels && { labels: split.heldLabels }),
        ...(work.signal && { signal: work.signal }),
      }));
    const model = await fitDiffusion(patches, {
      ...work,
      ...preset,
      ...(pretrained && { pretrained: priorFor(preset.network) }),
      ...(judging && { validate: judging.validate, validateEvery: Math.ceil(steps / LOOKS) }),
      random: stream.fork("fit"),
      steps,
      threads,
      device,
      checkpointFile: join(out, "checkpoints", "diffusion.safetensors"),
    }).finally(() => judging?.release());
    const { curves, seconds, scores, chosenStep, stopped } = model;
    const best = scores.find(({ step }) => step === chosenStep);
    const judged = best && { chosenStep, kernelDistance: best.score, ...(stopped !== undefined && { stopped }) };
    const facts = { ...settings, seconds, ...(judged && { judged, scores }), curves };
    await writeFileAtomically(told, `${JSON.stringify(facts)}\n`);
    saveDiffusion(files.model, model);
  }
  if (!existsSync(files.preview)) {
    const shown = await patchStream(dataset, {
      sizePx: patchPx,
      random: stream.fork("shown"),
      planeOf: learnedPlane,
      withLabels,
    });
    const real = await shown.batch(0, PREVIEWED, stream.fork("shown patches"));
    await drawPreview(files, real, { seed, threads, device, ...work });
  }
  const { judged } = JSON.parse(await readFile(told, "utf8")) as { judged?: Judgement };
  return { ...files, steps, ...(judged && { judged }) };
}

/** What the generator of a seed learns from, and what it is judged by; undefined where the images do not allow a split. */
export function fitSplit(
  dataset: Dataset,
  { patchPx, seed, channel }: { patchPx: number; seed: number; channel?: number | undefined },
): Promise<JudgedSplit | undefined> {
  const stream = random(seed).fork("diffusion").fork("split");
  return judgedSplit(dataset, { patchPx, planeOf: (item) => sharpPlane(item, channel), random: stream });
}

/** A channel of the sharp image of an item within 0…1. */
function sharpPlane({ name, image, annotations: { partner = image } }: Item, channel?: number): Plane {
  const plane = unitPlane(chosenChannel({ name, image: partner }, channel));
  return { ...plane, data: plane.data.map((value) => Math.min(1, Math.max(0, value))) };
}
