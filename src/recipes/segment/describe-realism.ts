import type { Plane } from "../../core/plane.ts";
import { random } from "../../core/random.ts";
import { cropPlane } from "../../data/crop.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { descriptorDistances } from "../../metrics/realism.ts";
import { type Descriptors, descriptors } from "../../microscope/descriptors.ts";
import type { DescriptorRecord } from "../record.ts";
import { CROP_PX } from "./canonical-set.ts";
import { realPlanes, type SegmentContext, syntheticFolder } from "./jobs/context.ts";
import { firstPlanes } from "./jobs/describe-set.ts";

/** Pictures per source: enough for a histogram. */
const PICTURES = 60;

/** Descriptors of real, simulated and generated pictures of the same size, with the distance of each to real. */
export async function describeRealism(context: SegmentContext): Promise<DescriptorRecord[]> {
  const { plan, folder } = context;
  const seed = plan.seeds[0]!;
  const sources: Record<string, Plane[]> = { real: await realCrops(context) };
  sources.simulated = await firstPlanes(await openDataset(syntheticFolder(folder, "simulated", seed)), PICTURES);
  for (const { name } of plan.variants)
    sources[name === "vanilla" ? "vanilla" : "generated"] = await firstPlanes(
      await openDataset(syntheticFolder(folder, `${name}-input`, seed)),
      PICTURES,
    );
  return descriptorRecords(sources);
}

/** Descriptors that the report shows: what a microscopist would check by eye. */
const SHOWN: readonly {
  readonly name: string;
  readonly unit: string;
  readonly of: (described: Descriptors) => readonly number[];
}[] = [
  { name: "Nucleus diameter", unit: "canonical px", of: ({ diameterPx }) => diameterPx },
  { name: "Elongation", unit: "long over short axis", of: ({ aspect }) => aspect },
  { name: "Coverage", unit: "share of the image", of: ({ coverage }) => [coverage] },
  { name: "Nuclei", unit: "per 100 × 100 px", of: ({ density }) => [density] },
  { name: "Spacing", unit: "canonical px", of: ({ spacingPx }) => spacingPx },
  { name: "Brightness of nuclei", unit: "1 = typical nucleus", of: ({ level }) => level },
  { name: "Noise in the background", unit: "1 = typical nucleus", of: ({ backgroundNoise }) => [backgroundNoise] },
  { name: "Noise in nuclei", unit: "1 = typical nucleus", of: ({ nuclearNoise }) => [nuclearNoise] },
  { name: "Blur of outlines", unit: "canonical px", of: ({ edgePx }) => [edgePx] },
  { name: "Texture of nuclei", unit: "1 = typical nucleus", of: ({ texture }) => [texture] },
  { name: "Halo", unit: "1 = typical nucleus", of: ({ halo }) => [halo] },
];

/** Samples of every descriptor by source. */
export function descriptorRecords(sources: Readonly<Record<string, readonly Plane[]>>): DescriptorRecord[] {
  const described = Object.entries(sources).map(
    ([name, planes]) => [name, planes.map((plane) => descriptors(plane))] as const,
  );
  return SHOWN.map(({ name, unit, of }) => {
    const samples = Object.fromEntries(
      described.map(([source, all]) => [source, all.flatMap(of).filter(Number.isFinite)]),
    );
    return { name, unit, samples, distances: { ...descriptorDistances(samples).distances } };
  });
}

async function realCrops(context: SegmentContext): Promise<Plane[]> {
  const planes = await realPlanes(context);
  const stream = random(context.recipe.seed).fork("descriptor crops");
  return Array.from({ length: PICTURES }, (_, i) => cropPlane(planes[i % planes.length]!, CROP_PX, stream));
}
