import { existsSync } from "node:fs";
import { join } from "node:path";
import type { WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import { estimateCanonicalForm, toCanonical } from "../../data/canonical.ts";
import { imageOfCanonical } from "../../data/canonical-image.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { writeFileAtomically } from "../../data/formats/index.ts";
import { memoryDataset } from "../../data/memory-dataset.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { type CycleGanFitOptions, fitCycleGan } from "../../generators/cyclegan/fit.ts";
import { saveCycleGan } from "../../generators/cyclegan/model-file.ts";
import { type Calibration, calibrate } from "../../microscope/calibrate.ts";
import { simulateCanonical } from "../../microscope/simulate-canonical.ts";
import { CROP_PX } from "../../recipes/segment/canonical-set.ts";
import { fitSegmenter } from "../../tasks/segment/fit.ts";
import { contentLoss } from "../../tasks/segment/map-loss.ts";
import { loadModel, saveModel } from "../../tasks/segment/model-file.ts";
import { claimFolder } from "./claim-folder.ts";
import { elsewhere } from "./elsewhere.ts";
import { namedStage } from "./named-stage.ts";
import { readImages } from "./read-images.ts";

/** How a CycleGAN is trained by itself. */
export interface FitGeneratorOptions extends WorkOptions {
  readonly steps?: number;
  /** Kept fraction of DCT coefficients per axis; 1 is the vanilla method. */
  readonly lowPass?: number;
  /** Weight of the frozen simulation-trained segmenter in the loss; 0 leaves it out. */
  readonly consistencyWeight?: number;
  readonly seed?: number;
  /** Where networks are computed. */
  readonly device?: DeviceName;
}

/** Where a trained generator lies. */
export interface FittedGenerator {
  readonly model: string;
  /** The calibrated simulator that draws its label maps. */
  readonly calibration: string;
}

/** Pairs and steps of the segmenter that judges content. */
const JUDGE = { pairs: 300, steps: 600 };

/**
 * CycleGAN between drawn label maps and the real images of a folder: `cyclegan.safetensors`, `calibration.json` and `training.json`
 * (losses). Called again with the same settings, an interrupted training goes on.
 *
 * @throws {@link DataError} when there are no images, or no nuclei in them
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function fitGenerator(
  real: string,
  out: string,
  options: FitGeneratorOptions = {},
): Promise<FittedGenerator> {
  const { steps = 2000, lowPass = 0.3, consistencyWeight = 0, seed = 0, device = "cpu", ...work } = options;
  const dataset = await openDataset(real);
  const learnedFrom = await dataset.hash();
  const planes = await readImages(dataset, work);
  const files = { model: join(out, "cyclegan.safetensors"), calibration: join(out, "calibration.json") };
  const settings = { steps, lowPass, consistencyWeight, seed, ...elsewhere(device), learnedFrom };
  const calibration = await calibrate(planes, work);
  await claimFolder(out, "fit", settings);
  if (existsSync(files.model)) return files;

  await writeFileAtomically(files.calibration, `${JSON.stringify({ learnedFrom, ...calibration }, null, 1)}\n`);
  const judge = consistencyWeight > 0 ? await contentJudge(calibration, out, { seed, device, ...work }) : undefined;
  const model = await fitCycleGan(
    {
      real: planes.map((plane) => toCanonical(plane, estimateCanonicalForm(plane))),
      drawPair: (stream) => simulateCanonical(calibration, { size: CROP_PX, random: stream }),
    },
    {
      ...namedStage(work, "train CycleGAN"),
      device,
      random: random(seed).fork("cyclegan"),
      steps,
      cropPx: CROP_PX,
      lowPass,
      checkpointFile: join(out, "checkpoints", "cyclegan.safetensors"),
      ...(judge ? { consistency: { weight: consistencyWeight, loss: contentLoss, state: judge } } : {}),
    },
  );
  const { curves, seconds } = model;
  await writeFileAtomically(join(out, "training.json"), `${JSON.stringify({ ...settings, seconds, curves })}\n`);
  saveCycleGan(files.model, model);
  return files;
}

/** Segmenter trained on simulated pairs alone, frozen afterwards: it says whether nuclei are really to be seen. */
async function contentJudge(
  calibration: Calibration,
  out: string,
  { seed, device, ...work }: WorkOptions & { readonly seed: number; readonly device: DeviceName },
): Promise<NonNullable<CycleGanFitOptions["consistency"]>["state"]> {
  const file = join(out, "segmenter.safetensors");
  if (!existsSync(file)) {
    const stream = random(seed).fork("judge");
    const pairs = Array.from({ length: JUDGE.pairs }, (_, index) => {
      const { image, labels } = simulateCanonical(calibration, { size: CROP_PX, random: stream.fork("pair", index) });
      const provenance = { origin: "synthetic", method: "simulate", seed, index } as const;
      return {
        name: `${index}`,
        group: "simulated",
        image: imageOfCanonical(image),
        annotations: { instances: labels },
        provenance,
      };
    });
    const model = await fitSegmenter(memoryDataset("simulated", pairs), {
      ...namedStage(work, "train the frozen segmenter"),
      device,
      random: stream.fork("fit"),
      steps: JUDGE.steps,
      checkpointFile: join(out, "checkpoints", "segmenter.safetensors"),
    });
    saveModel(file, model);
  }
  return loadModel(file).state;
}
