import type { WorkOptions } from "../../../core/progress.ts";
import { random } from "../../../core/random.ts";
import { writeFileAtomically } from "../../../data/formats/index.ts";
import { exportSuperResolver } from "../../../tasks/super-resolve/export.ts";
import { fitSuperResolver } from "../../../tasks/super-resolve/fit.ts";
import { saveSuperResolver } from "../../../tasks/super-resolve/model-file.ts";
import type { Job } from "../../job.ts";
import { jobDevice } from "../../job-device.ts";
import type { TrainingRecord } from "../../record.ts";
import { openFields } from "../fields.ts";
import { armPairs } from "../pairs.ts";
import { BATCH_SIZE } from "../trainings.ts";
import { type SuperResolveContext, superResolverFiles } from "./context.ts";

/** Super-resolver of one arm and seed. All arms of a seed start from the same weights and take the same number of steps. */
export async function fitSuperResolverJob(
  context: SuperResolveContext,
  job: Job,
  options: WorkOptions,
): Promise<TrainingRecord> {
  const { recipe, plan, folder, realFolder, testFolder } = context;
  const arm = plan.arms.find(({ name }) => name === job.subject)!;
  const files = superResolverFiles(folder, arm.name, job.seed);
  const fields = await openFields(recipe, realFolder, testFolder);
  const model = await fitSuperResolver(
    { drawPair: await armPairs(context, arm, fields, job.seed) },
    {
      ...options,
      device: jobDevice(context),
      stage: job.title,
      random: random(job.seed).fork("super-resolver"),
      network: recipe.superResolver.network,
      scale: recipe.scale,
      steps: plan.superResolverSteps,
      cropPx: recipe.generator.patchPx,
      batchSize: BATCH_SIZE.superResolver,
      checkpointFile: files.checkpoint,
    },
  );
  saveSuperResolver(files.weights, model);
  await writeFileAtomically(files.onnx, await exportSuperResolver(model, { arm: arm.name, seed: job.seed }));
  return { name: job.title, steps: model.steps, seconds: model.seconds, curves: { ...model.curves } };
}
