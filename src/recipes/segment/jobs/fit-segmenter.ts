import type { WorkOptions } from "../../../core/progress.ts";
import { random } from "../../../core/random.ts";
import { writeFileAtomically } from "../../../data/formats/index.ts";
import { exportSegmenter } from "../../../tasks/segment/export.ts";
import { fitSegmenter } from "../../../tasks/segment/fit.ts";
import { saveModel } from "../../../tasks/segment/model-file.ts";
import type { Job } from "../../job.ts";
import { jobDevice } from "../../job-device.ts";
import type { TrainingRecord } from "../../record.ts";
import { type SegmentContext, trainingSet } from "./context.ts";

/** Files of the segmenter of an arm and seed. */
export function segmenterFiles({ folder }: Pick<SegmentContext, "folder">, arm: string, seed: number) {
  const stem = `segmenter-${arm}-${seed}`;
  return {
    weights: folder.file("models", `${stem}.safetensors`),
    onnx: folder.file("models", `${stem}.onnx`),
    checkpoint: folder.file("checkpoints", `${stem}.safetensors`),
  };
}

/** Segmenter of one arm and seed. All arms of a seed start from the same weights and take the same number of steps. */
export async function fitSegmenterJob(
  context: SegmentContext,
  job: Job,
  options: WorkOptions,
): Promise<TrainingRecord> {
  const arm = context.plan.arms.find(({ name }) => name === job.subject)!;
  const files = segmenterFiles(context, arm.name, job.seed);
  const model = await fitSegmenter(await trainingSet(context, arm, job.seed), {
    ...options,
    device: jobDevice(context),
    random: random(job.seed).fork("segmenter"),
    steps: context.plan.segmenterSteps,
    checkpointFile: files.checkpoint,
  });
  saveModel(files.weights, model);
  await writeFileAtomically(files.onnx, exportSegmenter(model.state, { arm: arm.name, seed: job.seed }));
  return { name: job.title, steps: model.steps, seconds: model.seconds, curves: { ...model.curves } };
}
