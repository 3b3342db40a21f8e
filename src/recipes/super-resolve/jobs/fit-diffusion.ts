import type { WorkOptions } from "../../../core/progress.ts";
import { random } from "../../../core/random.ts";
import { memoryDataset } from "../../../data/memory-dataset.ts";
import { fitDiffusion } from "../../../generators/diffusion/fit.ts";
import { saveDiffusion } from "../../../generators/diffusion/model-file.ts";
import { patchStream } from "../../../generators/diffusion/patches.ts";
import { priorFor } from "../../../generators/diffusion/prior.ts";
import type { Job } from "../../job.ts";
import { jobDevice } from "../../job-device.ts";
import { judgeGenerator } from "../../judge-generator.ts";
import type { TrainingRecord } from "../../record.ts";
import { diffusionSettings, TOLD_AUGMENTATION } from "../diffusion-settings.ts";
import { type Field, openFields } from "../fields.ts";
import { sharpItem, sharpPlane } from "../sharp-item.ts";
import { diffusionFile, type SuperResolveContext } from "./context.ts";

/** Diffusion model of one seed, trained on patches of the sharp fields alone. */
export async function fitDiffusionJob(
  context: SuperResolveContext,
  job: Job,
  options: WorkOptions,
): Promise<TrainingRecord> {
  const { recipe, plan, folder, realFolder, testFolder } = context;
  const { learn } = await openFields(recipe, realFolder, testFolder);
  const stream = random(job.seed).fork("diffusion");
  const { shown, held } = recipe.generator.judge ? forJudging(learn) : { shown: learn, held: [] };
  const patches = await patchStream(memoryDataset("sharp fields", shown.map(sharpItem)), {
    sizePx: recipe.generator.patchPx,
    random: stream.fork("patches"),
    toldProbability: TOLD_AUGMENTATION,
  });
  const judge =
    held.length > 0
      ? await judgeGenerator(shown.map(sharpPlane), held.map(sharpPlane), {
          patchPx: recipe.generator.patchPx,
          random: stream.fork("judge"),
          ...(options.signal ? { signal: options.signal } : {}),
        })
      : undefined;
  const model = await fitDiffusion(patches, {
    ...options,
    device: jobDevice(context),
    ...(judge ? { validate: judge.validate } : {}),
    ...diffusionSettings(recipe),
    ...(recipe.generator.pretrained && { pretrained: priorFor(diffusionSettings(recipe).network) }),
    random: stream.fork("fit"),
    steps: plan.diffusionSteps,
    checkpointFile: folder.file("checkpoints", `${job.id}.safetensors`),
  });
  await judge?.release();
  saveDiffusion(diffusionFile(folder, job.seed), model);
  return { name: job.title, steps: model.steps, seconds: model.seconds, curves: { ...model.curves } };
}

/** Fewer fields than this are all learned from: a judge would take too many of them. */
const FEWEST_TO_JUDGE = 5;

/** Of the fields to learn from, a fifth that the generator does not see but is judged by: at which step to stop is learned from them. */
function forJudging(learn: readonly Field[]): { shown: readonly Field[]; held: readonly Field[] } {
  const held = learn.length < FEWEST_TO_JUDGE ? 0 : Math.round(learn.length / 5);
  return { shown: learn.slice(held), held: learn.slice(0, held) };
}
