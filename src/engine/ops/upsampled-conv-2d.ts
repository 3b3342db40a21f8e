import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import { add } from "./add.ts";
import { convTranspose2d } from "./convolution.ts";
import { matMul } from "./mat-mul.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/** Which of the three taps of w add up to each of the four taps that move by one pixel of the large image. */
const SUMS = [[2], [1, 2], [0, 1], [0]] as const;

/**
 * `conv2d(upsampleNearest2d(x, 2), w, { padding: 1, bias })` with 4/9 of its multiplications, and of those of its gradients.
 *
 * Every pixel is there four times, so the nine taps on it are never nine different products: they are those of a transposed convolution
 * with stride 2, whose 4×4 filters hold sums of one, two or four of them. Exported networks are better served by the plain form, which people know and the
 * runtime prepares for constant weights.
 *
 * @param x `[N, C, H, W]`
 * @param w `[K, C, 3, 3]`
 * @returns `[N, K, 2 H, 2 W]`
 * @throws {@link ShapeError} when the filters are not of three by three taps
 */
export function upsampledConv2d(x: Value, w: Value, { bias }: { readonly bias?: Value | undefined } = {}): Value {
  const [k, c, ...kernel] = w.shape as [number, number, number, number];
  if (kernel.join() !== "3,3")
    throw new ShapeError({
      where: "upsampledConv2d",
      expected: "filters [K, C, 3, 3]",
      received: formatShape(w.shape),
    });
  const sums = new Float32Array(9 * 16);
  for (const [i, rows] of SUMS.entries())
    for (const [j, columns] of SUMS.entries())
      for (const row of rows) for (const column of columns) sums[(3 * row + column) * 16 + 4 * i + j] = 1;
  const taps = matMul(reshape(transpose(w, [1, 0, 2, 3]), [c * k, 9]), w.graph.constant(sums, [9, 16]));
  const y = convTranspose2d(x, reshape(taps, [c, k, 4, 4]), { stride: 2, padding: 1 }); // [N, K, 2 H, 2 W]
  return bias ? add(y, reshape(bias, [1, k, 1, 1])) : y;
}
