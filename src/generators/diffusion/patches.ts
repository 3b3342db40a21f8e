import { DataError } from "../../core/errors.ts";
import type { LabelMap, Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { canonicalOfImage } from "../../data/canonical-image.ts";
import type { Dataset, Item } from "../../data/dataset.ts";
import { AUGMENTATION_FEATURES, type AugmentationOptions, drawPatch, type TrainingPatch } from "./augmentation.ts";

/** Training pictures, step by step. */
export interface PatchStream {
  /** Edge of the square pictures. */
  readonly sizePx: number;
  /** Whether pictures come with label maps. */
  readonly hasLabels: boolean;
  /** Numbers that tell how a picture was augmented; 0 where none needs to be told. */
  readonly augmentationFeatures: number;
  /** Pictures of a step: the same for the same step and stream of random numbers, whatever was asked before. */
  batch(step: number, count: number, random: Random): Promise<TrainingPatch[]>;
}

/** How pictures are taken from a data set. */
export interface PatchStreamOptions extends AugmentationOptions {
  readonly sizePx: number;
  /** Order in which images take turns. */
  readonly random: Random;
  /** Image of an item on the unit scale; unless given, as canonical images are stored. */
  readonly planeOf?: (item: Item) => Plane;
  /** Whether instance labels come along, as the condition of the generator. */
  readonly withLabels?: boolean;
  /** Labels of an item, of the size of its plane; unless given, its instances. */
  readonly labelsOf?: (item: Item) => LabelMap | undefined;
  /** Memory for decoded images. Part of what decides the pictures: a run continued with another amount sees others. */
  readonly cacheMb?: number;
}

type Whole = { readonly image: Plane; readonly labels?: LabelMap };

/**
 * Random pictures of a data set that need not fit into memory, such as ten thousand images of 512².
 *
 * Where everything fits, each picture comes from any image. Otherwise pictures come from a window over an endless shuffled sequence of the images
 * that moves on by one image per step (large images: per up to eight steps). Each image is read once per round, serves for about as many pictures
 * as a batch or some batches have, and is dropped. Which images a window holds follows from the step's index alone, so a continued training sees
 * the same pictures.
 *
 * @throws {@link DataError} when there is no image, or labels are asked for and missing
 */
export async function patchStream(dataset: Dataset, options: PatchStreamOptions): Promise<PatchStream> {
  const { sizePx, random, planeOf = ({ image }) => canonicalOfImage(image), withLabels = false } = options;
  const { labelsOf = ({ annotations }) => annotations.instances, cacheMb = 256, toldProbability = 0 } = options;
  const read = async (index: number): Promise<Whole> => {
    const item = await dataset.get(index);
    if (!withLabels) return { image: planeOf(item) };
    const labels = labelsOf(item);
    if (!labels) throw missingLabels(dataset.name, item.name);
    return { image: planeOf(item), labels };
  };
  if (dataset.length === 0) throw noImages(dataset.name);
  const maxBytes = cacheMb * 2 ** 20;
  const remembered = memory(maxBytes);
  const first = await read(0);
  const span = Math.min(dataset.length, Math.max(1, Math.floor(maxBytes / bytesOf(first))));
  const stay = stepsPerImage(first.image, sizePx);
  const order = endlessOrder(dataset.length, random);
  const imageAt = (step: number, place: number) =>
    span === dataset.length
      ? remembered(place, () => read(place))
      : remembered(Math.floor(step / stay) + place, () => read(order(Math.floor(step / stay) + place)));

  return {
    sizePx,
    hasLabels: withLabels,
    augmentationFeatures: toldProbability > 0 ? AUGMENTATION_FEATURES : 0,
    async batch(step, count, drawing) {
      const patches: TrainingPatch[] = [];
      for (let n = 0; n < count; n++) {
        const own = drawing.fork("patch", n);
        const whole = await imageAt(step, own.integer(span));
        patches.push(drawPatch(whole, sizePx, own, options));
      }
      return patches;
    },
  };
}

/** Steps after which the window moves on: large images, which take long to read and have much to show, serve longer. */
function stepsPerImage({ height, width }: Plane, sizePx: number): number {
  const batches = (height * width) / (sizePx * sizePx) / 8; // full of pictures side by side, at 8 in a batch
  return Math.min(8, Math.max(1, Math.floor(batches)));
}

function bytesOf({ image, labels }: Whole): number {
  return image.data.byteLength + (labels?.data.byteLength ?? 0);
}

/** What was read, kept by key as long as it fits together; the lowest key, which a window leaves first, goes first. */
function memory(maxBytes: number): (key: number, read: () => Promise<Whole>) => Promise<Whole> {
  const kept = new Map<number, Whole>();
  let bytes = 0;
  return async (key, read) => {
    const found = kept.get(key);
    if (found) return found;
    const whole = await read();
    bytes += bytesOf(whole);
    kept.set(key, whole);
    while (bytes > maxBytes && kept.size > 1) {
      const lowest = Math.min(...kept.keys());
      bytes -= bytesOf(kept.get(lowest)!);
      kept.delete(lowest);
    }
    return whole;
  };
}

/** Index at any position of an endless sequence in which every round is another order of all indices. */
function endlessOrder(length: number, random: Random): (position: number) => number {
  const rounds = new Map<number, readonly number[]>();
  const indices = Array.from({ length }, (_, index) => index);
  return (position) => {
    const round = Math.floor(position / length);
    let order = rounds.get(round);
    if (!order) {
      order = random.fork("round", round).shuffle(indices);
      for (const old of rounds.keys()) if (old < round - 1) rounds.delete(old); // a window spans two rounds at most
      rounds.set(round, order);
    }
    return order[position % length]!;
  };
}

function noImages(name: string): DataError {
  return new DataError({ where: `dataset "${name}"`, expected: "images to learn from", received: "none" });
}

function missingLabels(dataset: string, item: string): DataError {
  return new DataError({
    where: `dataset "${dataset}", image "${item}"`,
    expected: "a label map, as the generator is to draw from labels",
    received: "none",
    fix: "Give every image a label map, or train without labels.",
  });
}
