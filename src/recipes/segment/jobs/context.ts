import type { Plane } from "../../../core/plane.ts";
import { random } from "../../../core/random.ts";
import { cached } from "../../../data/cached.ts";
import { estimateCanonicalForm, toCanonical } from "../../../data/canonical.ts";
import { imageOfCanonical } from "../../../data/canonical-image.ts";
import type { Dataset } from "../../../data/dataset.ts";
import { openDataset } from "../../../data/folder-dataset.ts";
import { channelPlane } from "../../../data/image.ts";
import { memoryDataset } from "../../../data/memory-dataset.ts";
import { mixture } from "../../../data/mixture.ts";
import { resizeLabels } from "../../../image/resize-labels.ts";
import type { Calibration } from "../../../microscope/calibrate.ts";
import type { JobContext } from "../../recipe-kind.ts";
import type { RunFolder } from "../../run-folder.ts";
import type { SegmentArm, TrainingSource } from "../arms.ts";
import type { SegmentPlan } from "../plan.ts";
import type { SegmentRecipe } from "../recipe.ts";

/** What is settled before the work of the recipe `segment`: its folders, its plan and the calibrated microscope. */
export interface SegmentInputs {
  readonly recipe: SegmentRecipe;
  readonly plan: SegmentPlan;
  readonly calibration: Calibration;
  readonly realFolder: string;
  readonly testFolder: string | undefined;
}

/** What every job of a run reads. */
export type SegmentContext = JobContext<SegmentInputs>;

/** Real images as canonical planes. */
export async function realPlanes({ realFolder }: SegmentContext): Promise<Plane[]> {
  const dataset = await openDataset(realFolder);
  const planes: Plane[] = [];
  for (let i = 0; i < dataset.length; i++) {
    const plane = channelPlane((await dataset.get(i)).image);
    planes.push(toCanonical(plane, estimateCanonicalForm(plane)));
  }
  return planes;
}

/** Training set of an arm: equal shares of its sources. */
export async function trainingSet(context: SegmentContext, arm: SegmentArm, seed: number): Promise<Dataset> {
  return mixture(
    arm.name,
    await Promise.all(arm.sources.map(async (source) => cached(await openSource(context, source, seed)))),
  );
}

function openSource(context: SegmentContext, source: TrainingSource, seed: number): Promise<Dataset> {
  if (source.kind === "simulated") return openDataset(syntheticFolder(context.folder, "simulated", seed));
  if (source.kind === "generated")
    return openDataset(syntheticFolder(context.folder, `${source.generator}-${source.labels}`, seed));
  return labelledReal(context, source.images, seed);
}

/** Folder of a synthetic set. */
export function syntheticFolder(folder: RunFolder, name: string, seed: number): string {
  return folder.file("synthetic", `${name}-${seed}`);
}

/**
 * Labelled real images in canonical form. Of fewer than all, each seed draws its own; smaller draws are part of larger ones.
 */
async function labelledReal({ realFolder }: SegmentContext, images: number, seed: number): Promise<Dataset> {
  const dataset = await openDataset(realFolder);
  const order = random(seed)
    .fork("labelled images")
    .shuffle(Array.from({ length: dataset.length }, (_, index) => index));
  const items = [];
  for (const index of order) {
    if (items.length === images) break;
    const item = await dataset.get(index);
    if (!item.annotations.instances) continue;
    const plane = channelPlane(item.image);
    const canonical = toCanonical(plane, estimateCanonicalForm(plane));
    const instances = resizeLabels(item.annotations.instances, canonical.height, canonical.width);
    items.push({ ...item, image: imageOfCanonical(canonical), annotations: { instances } });
  }
  return memoryDataset(`${images} labelled real images`, items);
}
