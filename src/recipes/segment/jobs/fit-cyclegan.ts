import type { WorkOptions } from "../../../core/progress.ts";
import { random } from "../../../core/random.ts";
import { fitCycleGan, saveCycleGan } from "../../../generators/cyclegan/index.ts";
import { networkPresets } from "../../../generators/cyclegan/networks.ts";
import { simulateCanonical } from "../../../microscope/simulate-canonical.ts";
import { contentLoss } from "../../../tasks/segment/map-loss.ts";
import { loadModel } from "../../../tasks/segment/model-file.ts";
import type { Job } from "../../job.ts";
import { jobDevice } from "../../job-device.ts";
import type { TrainingRecord } from "../../record.ts";
import { CROP_PX } from "../canonical-set.ts";
import { realPlanes, type SegmentContext } from "./context.ts";
import { segmenterFiles } from "./fit-segmenter.ts";

/** Weights of the generator of a variant and seed. */
export function cycleGanFile({ folder }: Pick<SegmentContext, "folder">, variant: string, seed: number): string {
  return folder.file("models", `cyclegan-${variant}-${seed}.safetensors`);
}

/** CycleGAN of one variant and seed, between drawn label maps and the real images. */
export async function fitCycleGanJob(context: SegmentContext, job: Job, options: WorkOptions): Promise<TrainingRecord> {
  const { recipe, plan, calibration, folder } = context;
  const variant = plan.variants.find(({ name }) => name === job.subject)!;
  const frozen =
    variant.consistencyWeight > 0 ? loadModel(segmenterFiles(context, "simulated", job.seed).weights).state : undefined;
  const model = await fitCycleGan(
    {
      real: await realPlanes(context),
      drawPair: (stream) =>
        simulateCanonical(calibration, { size: CROP_PX, random: stream, densityFactor: recipe.simulate.densityFactor }),
    },
    {
      ...options,
      device: jobDevice(context),
      random: random(job.seed).fork("cyclegan"),
      networks: networkPresets[recipe.generator.networks],
      steps: plan.cycleganSteps,
      cropPx: CROP_PX,
      lowPass: variant.lowPass,
      imageCycle: variant.imageCycle,
      warmStart: recipe.generator.warmStart,
      checkpointFile: folder.file("checkpoints", `${job.id}.safetensors`),
      ...(frozen ? { consistency: { weight: variant.consistencyWeight, loss: contentLoss, state: frozen } } : {}),
    },
  );
  saveCycleGan(cycleGanFile(context, variant.name, job.seed), model);
  return { name: job.title, steps: model.steps, seconds: model.seconds, curves: { ...model.curves } };
}
