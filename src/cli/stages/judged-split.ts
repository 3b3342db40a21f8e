import type { Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { cropPlane } from "../../data/crop.ts";
import type { Dataset, Item } from "../../data/dataset.ts";
import { entriesOf, splitByGroup } from "../../data/split.ts";

/** Images that a generator learns from, and real ones that it does not see but is judged by. */
export interface JudgedSplit {
  readonly learn: Dataset;
  /** The part of an image of `learn` that may be learned from. */
  readonly part: (item: Item) => Plane;
  /** Tiles of one size, a lottery where there is more: of what is learned from, and of what is held out. */
  readonly learned: readonly Plane[];
  readonly held: readonly Plane[];
}

/** From so many groups on whole images are held out; of fewer, the lowest strip of each. */
const FEWEST_GROUPS = 5;

/** Share of the images, or of the height of each, that is held out. */
const SHARE = 0.2;

/** Tiles that a judge looks at: enough to tell a good state from a bad one, few enough to be searched for copies in seconds. */
const TILES = { learned: 64, held: 32 };

/**
 * Splits images for the training of a generator with a judge.
 *
 * @param planeOf image of an item on the unit scale
 * @returns undefined where the images are too few and too small to hold a part of them out
 */
export async function judgedSplit(
  dataset: Dataset,
  { patchPx, planeOf, random }: { patchPx: number; planeOf: (item: Item) => Plane; random: Random },
): Promise<JudgedSplit | undefined> {
  const groups = new Set((await entriesOf(dataset)).map(({ group }) => group));
  const tiles = async (from: Dataset, part: (item: Item) => Plane, name: "learned" | "held", edge: number) => {
    const found: Plane[] = [];
    const count = TILES[name];
    for (let index = 0; index < from.length; index++) {
      const whole = part(await from.get(index));
      for (let k = index; k < count; k += from.length) found.push(cropPlane(whole, edge, random.fork(name, k)));
    }
    return found;
  };
  if (groups.size >= FEWEST_GROUPS) {
    const fractions = [1 - SHARE, SHARE];
    const [learn, held] = (await splitByGroup(dataset, { fractions, random: random.fork("split") })) as [
      Dataset,
      Dataset,
    ];
    const edge = (await fits(learn, held, planeOf, 2 * patchPx)) ? 2 * patchPx : patchPx;
    return {
      learn,
      part: planeOf,
      learned: await tiles(learn, planeOf, "learned", edge),
      held: await tiles(held, planeOf, "held", edge),
    };
  }
  const strip = (plane: Plane) => Math.max(patchPx, Math.round(SHARE * plane.height));
  const gap = Math.round(patchPx / 2);
  const upper = (item: Item) => {
    const plane = planeOf(item);
    return rows(plane, 0, plane.height - strip(plane) - gap);
  };
  const lower = (item: Item) => {
    const plane = planeOf(item);
    return rows(plane, plane.height - strip(plane), plane.height);
  };
  for (let index = 0; index < dataset.length; index++) {
    const plane = planeOf(await dataset.get(index));
    if (plane.width < patchPx || plane.height < strip(plane) + gap + 2 * patchPx) return undefined;
  }
  return {
    learn: dataset,
    part: upper,
    learned: await tiles(dataset, upper, "learned", patchPx),
    held: await tiles(dataset, lower, "held", patchPx),
  };
}

/** Whether the first images of both sets have room for a tile. */
async function fits(a: Dataset, b: Dataset, planeOf: (item: Item) => Plane, edge: number): Promise<boolean> {
  const planes = await Promise.all([a, b].map(async (each) => planeOf(await each.get(0))));
  return planes.every(({ height, width }) => Math.min(height, width) >= edge);
}

function rows({ data, width }: Plane, from: number, to: number): Plane {
  return { data: data.slice(from * width, to * width), height: to - from, width };
}
