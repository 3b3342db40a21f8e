/**
 * The best match of every image, its flips and its turns, in the training set.
 *
 * What is searched for is the central square of each image, at most three quarters as wide as the smallest training
 * image. When both have the same size a whole image would have one position only, and a copy that is moved by a few pixels
 * would pass; with the quarter left over it is found up to an eighth of the width away to either side. Letting the
 * image stick out instead would compare ever fewer pixels, and few pixels match well by chance. Where training images are
 * larger, the whole image is searched for at every offset.
 */

import { DataError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { pause, stopIfCancelled, type WorkOptions } from "../core/progress.ts";
import { correlationPlan } from "../image/correlation-plan.ts";
import { dihedral, dihedralVariants } from "../image/dihedral.ts";
import { partOf } from "../image/part-of.ts";
import type { Sized } from "../image/require-same-size.ts";
import { templateSearch } from "../image/template-search.ts";
import type { MatchMethod } from "../image/window-norm.ts";

/** The place in the training set that an image is most like. */
export interface NearestMatch {
  /** Index of the training image. */
  readonly training: number;
  /** Index into `dihedralVariants`: how the image was flipped or turned. */
  readonly variant: number;
  /** Top left pixel of the matched square in the training image. */
  readonly y: number;
  readonly x: number;
  /** Normalised cross-correlation there. */
  readonly similarity: number;
}

/** How alike each of some images is to each of the training images. */
export interface TrainingSimilarity {
  readonly count: number;
  readonly trainingCount: number;
  /** Highest correlation over all positions and variants, row-major `[count, trainingCount]`. */
  readonly similarity: Float32Array;
  /** Best of each row. */
  readonly nearest: readonly NearestMatch[];
  /** Side of the square that was searched for, px. */
  readonly searchedPx: number;
}

export interface NearestTrainingOptions extends WorkOptions {
  readonly method?: MatchMethod;
  /** Side of the square to search for, px; by default {@link searchedSide} of these images. */
  readonly searchedPx?: number;
  /** Search flips and turns too. Only microscopes that know up from down should say no. */
  readonly variants?: boolean;
  readonly stage?: string;
}

/** Largest share of a training image's width that is searched for, so that the search can move. */
const largestShare = 0.75;

/** Bytes of prepared spectra held at once. */
const largestBytes = 192e6;

/** Side of the square that is cut from the centre of every image for the search, px. */
export function searchedSide(images: readonly Sized[], training: readonly Sized[]): number {
  const shortest = (planes: readonly Sized[]) =>
    Math.min(...planes.map(({ height, width }) => Math.min(height, width)));
  return Math.max(1, Math.min(shortest(images), Math.floor(largestShare * shortest(training))));
}

/** Row and column of the top left pixel of that square. */
export function searchedCorner({ height, width }: Sized, side: number): [y: number, x: number] {
  return [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
}

/**
 * Searches the training set for every image.
 *
 * @param images `[H, W]` each, any size not smaller than the searched square
 * @throws {@link DataError} when there are no images or no training images
 */
export async function nearestTraining(
  images: readonly Plane[],
  training: readonly Plane[],
  options: NearestTrainingOptions = {},
): Promise<TrainingSimilarity> {
  if (images.length === 0 || training.length === 0)
    throw new DataError({
      where: "nearestTraining",
      expected: "at least one image and one training image",
      received: `${images.length} images and ${training.length} training images`,
    });
  const { method = "coefficient", variants = true, stage = "search the training set", onProgress, signal } = options;
  const { searchedPx = searchedSide(images, training) } = options;
  const ways = variants ? dihedralVariants : dihedralVariants.slice(0, 1);
  const similarity = new Float32Array(images.length * training.length);
  const nearest = images.map((): NearestMatch => ({ training: 0, variant: 0, y: 0, x: 0, similarity: -Infinity }));

  const { sizePx } = correlationPlan(searchedPx, training);
  const blockLength = Math.max(1, Math.floor(largestBytes / (8 * ways.length * sizePx ** 2)));
  const total = Math.ceil(images.length / blockLength) * training.length;
  let done = 0;
  for (let start = 0; start < images.length; start += blockLength) {
    const block = images.slice(start, start + blockLength).map((image) => centralSquare(image, searchedPx));
    const search = templateSearch(
      block.flatMap((square) => ways.map((way) => dihedral(square, way))),
      training,
      { method },
    );
    for (const [index, image] of training.entries()) {
      search.bestMatches(image).forEach((match, template) => {
        const row = start + Math.floor(template / ways.length);
        const place = row * training.length + index;
        const isFirst = template % ways.length === 0;
        if (isFirst || match.similarity > similarity[place]!) similarity[place] = match.similarity;
        if (match.similarity > nearest[row]!.similarity)
          nearest[row] = { ...match, training: index, variant: template % ways.length };
      });
      done++;
      onProgress?.({ stage, done, total });
      await pause();
      stopIfCancelled(signal, stage);
    }
  }
  return { count: images.length, trainingCount: training.length, similarity, nearest, searchedPx };
}

/** The square that is searched for. */
function centralSquare(image: Plane, side: number): Plane {
  if (image.height < side || image.width < side)
    throw new DataError({
      where: "nearestTraining",
      expected: `images of at least ${side} × ${side} pixels`,
      received: `${image.height} × ${image.width}`,
    });
  const [top, left] = searchedCorner(image, side);
  return partOf(image, { top, left, height: side, width: side });
}
