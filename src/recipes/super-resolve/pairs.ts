import type { Plane } from "../../core/plane.ts";
import { canonicalOfImage } from "../../data/canonical-image.ts";
import { cropPlane } from "../../data/crop.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import type { ImagePair, PairSource } from "../../tasks/super-resolve/draw-batch.ts";
import type { PairSource as SourceName, SuperResolveArm } from "./arms.ts";
import { poorPartner } from "./degradation.ts";
import type { Fields } from "./fields.ts";
import { type SuperResolveContext, syntheticFolder } from "./jobs/context.ts";

/**
 * Training pairs of an arm: each of its sources equally often. Pairs that are degraded by computation get fresh blur and noise every time, those
 * that were recorded have theirs once and for all.
 */
export async function armPairs(
  context: SuperResolveContext,
  arm: SuperResolveArm,
  fields: Fields,
  seed: number,
): Promise<PairSource> {
  const sources = await Promise.all(arm.sources.map((source) => openSource(context, source, fields, seed)));
  return (random) => random.fork("source").pick(sources)(random);
}

async function openSource(
  context: SuperResolveContext,
  source: SourceName,
  { learn, paired }: Fields,
  seed: number,
): Promise<PairSource> {
  if (source === "measured") {
    const pairs = paired.flatMap(({ high, low }): ImagePair[] => (low ? [{ high, low }] : []));
    return (random) => random.pick(pairs);
  }
  if (source === "paired" || source === "sharp") {
    const sharp = source === "paired" ? paired : learn;
    return degradedPairs(
      context,
      sharp.map(({ high }) => high),
    );
  }
  return degradedPairs(context, await planesOf(syntheticFolder(context.folder, source, seed)));
}

/** Pairs from sharp images alone: a piece of one, and its poor partner. */
function degradedPairs({ recipe, degradation }: SuperResolveContext, planes: readonly Plane[]): PairSource {
  const { patchPx } = recipe.generator;
  return (random) => {
    const whole = random.pick(planes);
    const high = whole.height > patchPx || whole.width > patchPx ? cropPlane(whole, patchPx, random) : whole;
    return { high, low: poorPartner(high, degradation, random.fork("degrade")) };
  };
}

/** Sharp synthetic images of a folder. */
export async function planesOf(folder: string): Promise<Plane[]> {
  const dataset = await openDataset(folder);
  const planes: Plane[] = [];
  for (let i = 0; i < dataset.length; i++) planes.push(canonicalOfImage((await dataset.get(i)).image));
  return planes;
}
