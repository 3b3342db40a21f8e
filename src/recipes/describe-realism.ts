import { random } from "../core/random.ts";
import { openDataset } from "../data/folder-dataset.ts";
import type { Plane } from "../core/plane.ts";
import { cropPlane } from "../data/augmentation.ts";
import { descriptorDistances } from "../metrics/realism.ts";
import { descriptors } from "../microscope/descriptors.ts";
import { CROP_PX } from "./canonical-set.ts";
import { type JobContext, realPlanes, syntheticFolder } from "./jobs/context.ts";
import { firstPlanes } from "./jobs/describe-set.ts";
import type { DescriptorRecord } from "./record.ts";

/** Pictures per source: enough for a histogram. */
const PICTURES = 60;

/** Descriptors of real, simulated and generated pictures of the same size, with the distance of each to real. */
export async function describeRealism(context: JobContext): Promise<DescriptorRecord[]> {
  const { plan, folder, recipe } = context;
  const seed = plan.seeds[0]!;
  const sources: Record<string, Plane[]> = { real: await realCrops(context) };
  sources.simulated = await firstPlanes(await openDataset(syntheticFolder(folder, "simulated", seed)), PICTURES);
  for (const { name } of plan.variants)
    sources[name === "vanilla" ? "vanilla" : "generated"] = await firstPlanes(
      await openDataset(syntheticFolder(folder, `${name}-input`, seed)),
      PICTURES,
    );
  void recipe;
  return descriptorRecords(sources);
}

/** Samples of every descriptor by source. */
export function descriptorRecords(sources: Readonly<Record<string, readonly Plane[]>>): DescriptorRecord[] {
  const described = Object.entries(sources).map(([name, planes]) => [name, planes.map((plane) => descriptors(plane))] as const);
  return SHOWN.map(({ name, unit, of }) => {
    const samples = Object.fromEntries(described.map(([source, all]) => [source, all.flatMap(of).filter(Number.isFinite)]));
    return { name, unit, samples, distances: { ...descriptorDistances(samples).distances } };
  });
}

async function realCrops(context: JobContext): Promise<Plane[]> {
  const planes = await realPlanes(context);
  const stream = random(context.recipe.seed).fork("descriptor crops");
  return Array.from({ length: PICTURES }, (_, i) => cropPlane(planes[i % planes.length]!, CROP_PX, stream));
}
