import { UnitError } from "../../core/errors.ts";
import { emptyPlane, type Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";

/**
 * Gradient noise of Perlin from the directions of its gradients.
 *
 * The plane is cut into rows × columns cells; in each the four corners' gradients, dotted with the way from the corner, are mixed
 * by 6t⁵ − 15t⁴ + 10t³. Times √2 the values lie in −1…1; they are 0 at every corner.
 *
 * @param anglesRad direction of the gradient at every corner, `[rows + 1, columns + 1]`
 * @returns `[height, width]`; pixel i lies at i · cells / length, so the first pixel of each cell is a corner
 * @see Perlin, "Improving noise", ACM Trans. Graph. 21, 681 (2002)
 */
export function perlinFromAngles(
  height: number,
  width: number,
  {
    anglesRad,
    rows,
    columns,
  }: { readonly anglesRad: ArrayLike<number>; readonly rows: number; readonly columns: number },
): Plane {
  const plane = emptyPlane(height, width);
  const ease = (t: number) => t * t * t * (t * (6 * t - 15) + 10);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height);
    const v = (y * rows) / height - row;
    for (let x = 0; x < width; x++) {
      const column = Math.floor((x * columns) / width);
      const u = (x * columns) / width - column;
      const corner = (down: number, right: number) => {
        const angle = anglesRad[(row + down) * (columns + 1) + column + right]!;
        return Math.cos(angle) * (v - down) + Math.sin(angle) * (u - right);
      };
      const top = corner(0, 0) * (1 - ease(u)) + corner(0, 1) * ease(u);
      const bottom = corner(1, 0) * (1 - ease(u)) + corner(1, 1) * ease(u);
      plane.data[y * width + x] = Math.SQRT2 * (top * (1 - ease(v)) + bottom * ease(v));
    }
  }
  return plane;
}

/**
 * Perlin noise: a background that comes and goes over one cell.
 *
 * @param options.cells cells along each axis, default 4
 * @returns values −1…1, mean near 0, `[height, width]`
 * @throws {@link UnitError} when there is not one cell
 */
export function perlinNoise(
  height: number,
  width: number,
  { cells = 4, random }: { readonly cells?: number; readonly random: Random },
): Plane {
  if (!(Number.isInteger(cells) && cells >= 1))
    throw new UnitError({ where: "perlinNoise.cells", expected: "a whole number from 1 on", received: String(cells) });
  const anglesRad = Float64Array.from({ length: (cells + 1) ** 2 }, () => random.between(0, 2 * Math.PI));
  return perlinFromAngles(height, width, { anglesRad, rows: cells, columns: cells });
}
