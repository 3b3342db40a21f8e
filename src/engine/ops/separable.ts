/**
 * Linear maps of images that treat rows and columns apart: resizing, and averaging over any windows.
 *
 * Each is a pair of products with constant matrices. That is exact, its gradient is the same pair transposed, and on a CPU matrix products
 * run at full speed where gathering and scattering do not.
 */

import type { Shape } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import { matMul } from "./mat-mul.ts";

/** Where one output comes from: places along the axis, with weights. A place may come twice. */
export type Taps = (output: number) => Iterable<readonly [place: number, weight: number]>;

/**
 * Image `[..., H, W]` mapped to `[..., height, width]`, each output row and column the weighted sum of input rows and columns.
 *
 * @param taps for the rows and for the columns; an axis without them stays as it is
 */
export function separable2d(
  x: Value,
  [height, width]: Shape,
  [rows, columns]: readonly [Taps | undefined, Taps | undefined],
): Value {
  const [from, to] = [x.shape.slice(-2), [height!, width!]] as const;
  const { graph } = x;
  const narrow = columns
    ? matMul(x, graph.constant(matrix(columns, from[1]!, to[1]!, true), [from[1]!, to[1]!])) // [..., H, width]
    : x;
  return rows ? matMul(graph.constant(matrix(rows, from[0]!, to[0]!, false), [to[0]!, from[0]!]), narrow) : narrow;
}

/** Matrix `[to, from]`, or its transpose. */
function matrix(taps: Taps, from: number, to: number, transposed: boolean): Float32Array {
  const numbers = new Float32Array(to * from);
  for (let i = 0; i < to; i++)
    for (const [j, weight] of taps(i)) numbers[transposed ? j * to + i : i * from + j]! += weight;
  return numbers;
}
