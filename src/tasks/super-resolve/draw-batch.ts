import { DataError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import { turned } from "../../data/augmentation.ts";
import { partOf } from "../../image/part-of.ts";
import type { Scale } from "./network.ts";

/** The same field twice, on the unit scale. */
export interface ImagePair {
  /** As the microscope gives it, `[h, w]`. */
  readonly low: Plane;
  /** As it should be, `[h·scale, w·scale]`. */
  readonly high: Plane;
}

/**
 * Where training pairs come from. It may draw the same truth with fresh blur and noise each time; all chance must come from `random`, so that
 * a continued training sees the same pairs.
 */
export type PairSource = (random: Random) => ImagePair | Promise<ImagePair>;

/** Sizes of a batch. */
export interface BatchOptions {
  readonly batchSize: number;
  /** Edge of the square crops in pixels of the result; those of the input are `cropPx / scale`. */
  readonly cropPx: number;
  readonly scale: Scale;
}

/**
 * A batch of random crops, each in one of its eight orientations: low `[N, 1, cropPx/scale, cropPx/scale]`, high `[N, 1, cropPx, cropPx]`.
 *
 * @throws {@link DataError} when a pair's sizes do not fit together, or it is smaller than a crop
 */
export async function drawBatch(
  drawPair: PairSource,
  { batchSize, cropPx, scale }: BatchOptions,
  random: Random,
): Promise<{ low: Tensor; high: Tensor }> {
  const lowPx = cropPx / scale;
  const low = new Float32Array(batchSize * lowPx ** 2);
  const high = new Float32Array(batchSize * cropPx ** 2);
  for (let n = 0; n < batchSize; n++) {
    const stream = random.fork("pair", n);
    const pair = await drawPair(stream.fork("draw"));
    requirePair(pair, { scale, lowPx });
    const y = stream.integer(pair.low.height - lowPx + 1);
    const x = stream.integer(pair.low.width - lowPx + 1);
    const turn = stream.integer(8);
    low.set(turned(square(pair.low, y, x, lowPx), turn).data, n * lowPx ** 2);
    high.set(turned(square(pair.high, scale * y, scale * x, cropPx), turn).data, n * cropPx ** 2);
  }
  return {
    low: tensor(low, [batchSize, 1, lowPx, lowPx]),
    high: tensor(high, [batchSize, 1, cropPx, cropPx]),
  };
}

/** Refuses planes that are not the same field at this scale, or too small to crop. @throws {@link DataError} */
export function requirePair({ low, high }: ImagePair, { scale, lowPx }: { scale: Scale; lowPx: number }): void {
  const sizes = `low ${low.height} × ${low.width}, high ${high.height} × ${high.width}`;
  if (high.height !== scale * low.height || high.width !== scale * low.width)
    throw new DataError({
      where: "training pair",
      expected: `a high image with ${scale} times the rows and columns of the low one`,
      received: sizes,
      fix: "Resize one of the two, or set scale to their ratio.",
    });
  if (low.height < lowPx || low.width < lowPx)
    throw new DataError({
      where: "training pair",
      expected: `low images of at least ${lowPx} × ${lowPx} pixels`,
      received: sizes,
      fix: "Set a smaller cropPx, or leave small images out.",
    });
}

function square(plane: Plane, top: number, left: number, edge: number): Plane {
  return partOf(plane, { top, left, height: edge, width: edge });
}
