import type { WorkOptions } from "../../../core/progress.ts";
import { imageOfCanonical } from "../../../data/canonical-image.ts";
import type { Item } from "../../../data/dataset.ts";
import { fileHash } from "../../../data/file-hash.ts";
import { writeRgbPng } from "../../../data/formats/rgb-png.ts";
import { writeDataset } from "../../../data/write-dataset.ts";
import { generateImages } from "../../../generators/diffusion/generate.ts";
import { loadDiffusion } from "../../../generators/diffusion/model-file.ts";
import { openDiffusion } from "../../../generators/diffusion/open-diffusion.ts";
import { samplers } from "../../../generators/diffusion/samplers/index.ts";
import type { Job } from "../../job.ts";
import { jobDevice } from "../../job-device.ts";
import { closestPairsSheet, noveltyRecord } from "../../novelty.ts";
import { realismRecord } from "../../realism.ts";
import type { NoveltyRecord, RealismRecord } from "../../record.ts";
import { openFields } from "../fields.ts";
import { heldOutPatches } from "../held-out.ts";
import { auditNovelty } from "../novelty.ts";
import { planesOf } from "../pairs.ts";
import { diffusionFile, type SuperResolveContext, syntheticFolder } from "./context.ts";
import { type SetSummary, summaryOf } from "./set-summary.ts";

/** A generated set with what is known of its realism and novelty. */
export interface GenerationResult {
  readonly set: SetSummary;
  readonly realism: RealismRecord;
  readonly novelty: NoveltyRecord;
}

/** Images that the audits look at: more say hardly more. */
const AUDITED = 200;

/** Path, in the run folder, of the picture of the closest pairs. */
export function noveltyPicture(seed: number): string {
  return `pictures/novelty-${seed}.png`;
}

/** Images of a trained diffusion model, written to `synthetic/generated-SEED/`, audited for realism and copies. */
export async function generateJob(
  context: SuperResolveContext,
  job: Job,
  options: WorkOptions,
): Promise<GenerationResult> {
  const { recipe, folder, realFolder, testFolder } = context;
  const file = diffusionFile(folder, job.seed);
  const generator = await fileHash(file);
  const { images, sampler, samplingSteps } = recipe.generator;
  const denoiser = await openDiffusion(loadDiffusion(file), { device: jobDevice(context) });
  async function* items(): AsyncGenerator<Item> {
    const drawn = generateImages(denoiser, {
      ...options,
      seed: job.seed,
      count: images,
      sampler: samplers[sampler](),
      steps: samplingSteps,
    });
    for await (const { index, image } of drawn)
      yield {
        name: `generated-${String(index).padStart(5, "0")}`,
        group: "generated",
        image: imageOfCanonical(image),
        annotations: {},
        provenance: {
          origin: "synthetic",
          method: "diffusion",
          seed: job.seed,
          index,
          generator,
          settings: { sampler, samplingSteps },
        },
      };
  }
  const path = syntheticFolder(folder, "generated", job.seed);
  const dataset = await writeDataset(path, items(), { name: `generated-${job.seed}` });
  await denoiser.release();

  const fields = await openFields(recipe, realFolder, testFolder);
  const generated = (await planesOf(path)).slice(0, AUDITED);
  const heldOut = heldOutPatches(recipe, fields, generated.length);
  const audit = await auditNovelty(generated, fields, heldOut, job.seed, options);
  const closest = closestPairsSheet(
    audit,
    generated,
    fields.learn.map(({ high }) => high),
  );
  await writeRgbPng(folder.file(noveltyPicture(job.seed)), closest);
  return {
    set: await summaryOf(dataset),
    realism: await realismRecord(
      "generated",
      { made: generated, real: heldOut.map(({ image }) => image) },
      { ...options, seed: job.seed },
    ),
    novelty: noveltyRecord("diffusion", audit),
  };
}
