import { stopIfCancelled, type WorkOptions } from "../../../core/progress.ts";
import { random } from "../../../core/random.ts";
import { imageOfCanonical } from "../../../data/canonical-image.ts";
import type { Item } from "../../../data/dataset.ts";
import { writeDataset } from "../../../data/write-dataset.ts";
import type { Job } from "../../job.ts";
import { drawFilaments } from "../mathematical-model.ts";
import { type SuperResolveContext, syntheticFolder } from "./context.ts";
import { type SetSummary, summaryOf } from "./set-summary.ts";

/** Sharp images of the mathematical model, written to `synthetic/mathematical-SEED/`. */
export async function simulateJob(context: SuperResolveContext, job: Job, options: WorkOptions): Promise<SetSummary> {
  const { recipe, folder } = context;
  const { images, patchPx } = recipe.generator;
  const stream = random(job.seed).fork("filaments");
  async function* items(): AsyncGenerator<Item> {
    for (let index = 0; index < images; index++) {
      stopIfCancelled(options.signal, job.title);
      yield {
        name: `filaments-${String(index).padStart(5, "0")}`,
        group: "filaments",
        image: imageOfCanonical(drawFilaments(recipe.filaments, patchPx, stream.fork(index))),
        annotations: {},
        provenance: {
          origin: "synthetic",
          method: "filaments",
          seed: job.seed,
          index,
          settings: { ...recipe.filaments },
        },
      };
      options.onProgress?.({ stage: job.title, done: index + 1, total: images });
    }
  }
  const name = `mathematical-${job.seed}`;
  return summaryOf(await writeDataset(syntheticFolder(folder, "mathematical", job.seed), items(), { name }));
}
