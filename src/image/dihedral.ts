import { ShapeError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { formatShape } from "../core/shape.ts";

/** One of the eight ways to lay a square on itself: first transpose, then mirror. */
export interface DihedralVariant {
  readonly name: string;
  readonly transpose: boolean;
  /** Top becomes bottom. */
  readonly flipY: boolean;
  /** Left becomes right. */
  readonly flipX: boolean;
}

/** All eight, the unchanged one first. Turns are clockwise as seen on the screen. */
export const dihedralVariants: readonly DihedralVariant[] = [
  { name: "as it is", transpose: false, flipY: false, flipX: false },
  { name: "mirrored left to right", transpose: false, flipY: false, flipX: true },
  { name: "mirrored top to bottom", transpose: false, flipY: true, flipX: false },
  { name: "turned by 180°", transpose: false, flipY: true, flipX: true },
  { name: "mirrored at the diagonal", transpose: true, flipY: false, flipX: false },
  { name: "turned by 90°", transpose: true, flipY: false, flipX: true },
  { name: "turned by 270°", transpose: true, flipY: true, flipX: false },
  { name: "mirrored at the other diagonal", transpose: true, flipY: true, flipX: true },
];

/** Row and column, in the variant of a square of `size`, of the pixel that was at (y, x). Linear also outside. */
export function dihedralPosition(
  { transpose, flipY, flipX }: DihedralVariant,
  size: number,
  y: number,
  x: number,
): [y: number, x: number] {
  const [row, column] = transpose ? [x, y] : [y, x];
  return [flipY ? size - 1 - row : row, flipX ? size - 1 - column : column];
}

/**
 * A square plane flipped or turned.
 *
 * @param plane `[S, S]`
 * @throws {@link ShapeError} when the plane is not square
 */
export function dihedral(plane: Plane, variant: DihedralVariant): Plane {
  const { height, width } = plane;
  if (height !== width)
    throw new ShapeError({
      where: "dihedral",
      expected: "a square plane",
      received: formatShape([height, width]),
      fix: "Cut the central square first.",
    });
  const data = new Float32Array(plane.data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [row, column] = dihedralPosition(variant, width, y, x);
      data[row * width + column] = plane.data[y * width + x]!;
    }
  return { data, height, width };
}
