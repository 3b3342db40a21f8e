import type { WorkOptions } from "../../../core/progress.ts";
import { stopIfCancelled } from "../../../core/progress.ts";
import { random } from "../../../core/random.ts";
import { imageOfCanonical } from "../../../data/canonical-image.ts";
import type { Item } from "../../../data/dataset.ts";
import { writeDataset } from "../../../data/write-dataset.ts";
import { simulateCanonical } from "../../../microscope/simulate-canonical.ts";
import type { Job } from "../../job.ts";
import { CROP_PX } from "../canonical-set.ts";
import { type SegmentContext, syntheticFolder } from "./context.ts";
import { describeSet, type SetDescription } from "./describe-set.ts";

/** Labelled pairs from the calibrated simulator, written to `synthetic/simulated-SEED/`. */
export async function simulateJob(context: SegmentContext, job: Job, options: WorkOptions): Promise<SetDescription> {
  const { recipe, calibration, folder } = context;
  const { pairs, densityFactor } = recipe.simulate;
  const stream = random(job.seed).fork("simulate");
  async function* items(): AsyncGenerator<Item> {
    for (let index = 0; index < pairs; index++) {
      stopIfCancelled(options.signal, job.title);
      const { image, labels } = simulateCanonical(calibration, {
        size: CROP_PX,
        random: stream.fork(index),
        densityFactor,
      });
      yield {
        name: `simulated-${String(index).padStart(5, "0")}`,
        group: "simulated",
        image: imageOfCanonical(image),
        annotations: { instances: labels },
        provenance: { origin: "synthetic", method: "simulate", seed: job.seed, index, settings: { densityFactor } },
      };
      options.onProgress?.({ stage: job.title, done: index + 1, total: pairs });
    }
  }
  const dataset = await writeDataset(syntheticFolder(folder, "simulated", job.seed), items(), {
    name: `simulated-${job.seed}`,
  });
  return describeSet(dataset);
}
