import type { LabelMap, Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { cropLabels, cropPlane } from "../../data/crop.ts";
import type { Dataset, Item } from "../../data/dataset.ts";
import { entriesOf, splitByGroup } from "../../data/split.ts";

/** Images that a generator learns from, and real ones that it does not see but is judged by. */
export interface JudgedSplit {
  readonly learn: Dataset;
  /** The part of an image of `learn` that may be learned from, and of its labels. */
  readonly planeOf: (item: Item) => Plane;
  readonly labelsOf: (item: Item) => LabelMap | undefined;
  /** Tiles of one size, a lottery where there is more: of what is learned from, and of what is held out. */
  readonly learned: readonly Plane[];
  readonly held: readonly Plane[];
  /** Label maps of held-out pieces, `[patchPx, patchPx]`; none where images are not labelled. */
  readonly heldLabels: readonly LabelMap[];
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
  const whole: Side = { dataset, planeOf, labelsOf: ({ annotations }) => annotations.instances };
  const groups = new Set((await entriesOf(dataset)).map(({ group }) => group));
  const [learn, held] =
    groups.size >= FEWEST_GROUPS ? await byGroup(whole, random) : ((await byStrip(whole, patchPx)) ?? []);
  if (!learn || !held) return undefined;
  const edge = (await fits([learn, held], 2 * patchPx)) ? 2 * patchPx : patchPx;
  return {
    learn: learn.dataset,
    planeOf: learn.planeOf,
    labelsOf: learn.labelsOf,
    learned: await pieces(learn, TILES.learned, (item, k) =>
      cropPlane(learn.planeOf(item), edge, random.fork("learned", k)),
    ),
    held: await pieces(held, TILES.held, (item, k) => cropPlane(held.planeOf(item), edge, random.fork("held", k))),
    heldLabels: await pieces(held, TILES.held, (item, k) => {
      const labels = held.labelsOf(item);
      return labels && cropLabels(labels, patchPx, random.fork("labels", k));
    }),
  };
}

/** Images with the part of each that belongs to one side of the split. */
interface Side {
  readonly dataset: Dataset;
  readonly planeOf: (item: Item) => Plane;
  readonly labelsOf: (item: Item) => LabelMap | undefined;
}

type Sides = readonly [learn: Side, held: Side];

async function byGroup(whole: Side, random: Random): Promise<Sides> {
  const fractions = [1 - SHARE, SHARE];
  const [learn, held] = await splitByGroup(whole.dataset, { fractions, random: random.fork("split") });
  return [
    { ...whole, dataset: learn! },
    { ...whole, dataset: held! },
  ];
}

/** The lowest strip of every image, or nothing where one of them is too small. */
async function byStrip(whole: Side, patchPx: number): Promise<Sides | undefined> {
  const strip = (height: number) => Math.max(patchPx, Math.round(SHARE * height));
  const gap = Math.round(patchPx / 2);
  for (let index = 0; index < whole.dataset.length; index++) {
    const { height, width } = whole.planeOf(await whole.dataset.get(index));
    if (width < patchPx || height < strip(height) + gap + 2 * patchPx) return undefined;
  }
  const part = (cut: <Grid extends Plane | LabelMap>(grid: Grid) => Grid): Side => ({
    ...whole,
    planeOf: (item) => cut(whole.planeOf(item)),
    labelsOf: (item) => {
      const labels = whole.labelsOf(item);
      return labels && cut(labels);
    },
  });
  return [
    part((grid) => rows(grid, 0, grid.height - strip(grid.height) - gap)),
    part((grid) => rows(grid, grid.height - strip(grid.height), grid.height)),
  ];
}

/** Pieces of all images of a side, as many of each as can be. */
async function pieces<T>(
  { dataset }: Side,
  count: number,
  cut: (item: Item, k: number) => T | undefined,
): Promise<T[]> {
  const found: T[] = [];
  for (let index = 0; index < dataset.length; index++) {
    const item = await dataset.get(index);
    for (let k = index; k < count; k += dataset.length) {
      const piece = cut(item, k);
      if (piece !== undefined) found.push(piece);
    }
  }
  return found;
}

/** Whether the first images of both sides have room for a tile. */
async function fits(sides: Sides, edge: number): Promise<boolean> {
  const planes = await Promise.all(sides.map(async ({ dataset, planeOf }) => planeOf(await dataset.get(0))));
  return planes.every(({ height, width }) => Math.min(height, width) >= edge);
}

function rows<Grid extends Plane | LabelMap>(grid: Grid, from: number, to: number): Grid {
  return { ...grid, data: grid.data.slice(from * grid.width, to * grid.width), height: to - from };
}
