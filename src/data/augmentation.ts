/**
 * Changes that keep the truth: what happens to the geometry of an image happens to its labels, what happens to grey levels happens to
 * the image alone.
 */
import type { LabelMap, Plane } from "../core/plane.ts";
import type { Random } from "../core/random.ts";

/** Anything laid out as rows of pixels. */
type Grid = Pick<Plane | LabelMap, "data" | "height" | "width">;

/**
 * One of the eight ways to lay a square sheet: `turn` mod 4 quarter turns anticlockwise, mirrored left to right first when `turn` ≥ 4.
 *
 * @param turn 0 … 7; 0 gives a copy
 * @returns `[H, W]`, or `[W, H]` for odd turns
 */
export function turned<G extends Grid>(grid: G, turn: number): G {
  const { height, width } = grid;
  const isMirrored = turn >= 4;
  const quarters = turn % 4;
  const [newHeight, newWidth] = quarters % 2 === 1 ? [width, height] : [height, width];
  const data = grid.data.slice();
  for (let y = 0; y < newHeight; y++)
    for (let x = 0; x < newWidth; x++) {
      // Where the new pixel (y, x) was before the quarter turns, then before the mirror.
      const [oldY, turnedX] = [
        [y, x],
        [x, width - 1 - y],
        [height - 1 - y, width - 1 - x],
        [height - 1 - x, y],
      ][quarters]! as [number, number];
      data[y * newWidth + x] = grid.data[oldY * width + (isMirrored ? width - 1 - turnedX : turnedX)]!;
    }
  return { ...grid, data, height: newHeight, width: newWidth };
}

/** How grey levels are changed at random; all of it for values that lie mostly in [0, 1]. */
export interface GreyOptions {
  /** Values are multiplied by a factor between 1 − gain and 1 + gain. */
  readonly gain?: number;
  /** Values are raised to a power between 1 / (1 + gamma) and 1 + gamma, negative ones left alone. */
  readonly gamma?: number;
  /** Largest standard deviation of added Gaussian noise; the actual one is uniform between 0 and this. */
  readonly noise?: number;
}

/** Plane with another gain, gamma and noise, drawn anew at each call. */
export function greyVaried(
  plane: Plane,
  random: Random,
  { gain = 0.2, gamma = 0.25, noise = 0.03 }: GreyOptions = {},
): Plane {
  const factor = random.between(1 - gain, 1 + gain);
  const power = Math.exp(random.between(-1, 1) * Math.log(1 + gamma));
  const sigma = random.between(0, noise);
  const data = plane.data.map((value) => factor * (value > 0 ? value ** power : value) + sigma * random.normal());
  return { ...plane, data };
}

/** An image with the label map or planes that must stay in register with it. */
export interface Registered<L extends Grid = LabelMap> {
  readonly image: Plane;
  readonly labels: L;
}

/**
 * A random variant of an image and its labels: one of the eight orientations for both, other grey levels for the image.
 *
 * Only square pieces may be turned by a quarter into a batch of one shape; others are mirrored and turned by half.
 */
export function augmented<L extends Grid>(
  { image, labels }: Registered<L>,
  random: Random,
  options: GreyOptions = {},
): Registered<L> {
  const isSquare = image.height === image.width;
  const turn = isSquare ? random.integer(8) : random.pick([0, 2, 4, 6]);
  return { image: greyVaried(turned(image, turn), random, options), labels: turned(labels, turn) };
}
