import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import { add } from "./add.ts";
import { convTranspose2d } from "./convolution.ts";
import { matMul } from "./mat-mul.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/**
 * `conv2d(upsampleNearest2d(x, 2), w, { padding: (k − 1) / 2, bias })` with 4/9 of its multiplications for k = 3, 9/25 for k = 5, and of those of its gradients.
 *
 * Every pixel is there four times, so the nine taps on it are never nine different products: they are those of a transposed convolution
 * with stride 2, whose 4×4 filters hold sums of one, two or four of them. Exported networks are better served by the plain form, which people know and the
 * runtime prepares for constant weights.
 *
 * @param x `[N, C, H, W]`
 * @param w `[K, C, k, k]` with an odd k
 * @returns `[N, K, 2 H, 2 W]`
 * @throws {@link ShapeError} when the filters are not square with an odd side
 */
export function upsampledConv2d(x: Value, w: Value, { bias }: { readonly bias?: Value | undefined } = {}): Value {
  const [k, c, side, width] = w.shape as [number, number, number, number];
  if (w.shape.length !== 4 || side !== width || side % 2 === 0)
    throw new ShapeError({
      where: "upsampledConv2d",
      expected: "square filters [K, C, k, k] with an odd k",
      received: formatShape(w.shape),
    });
  const large = side + 1;
  const taps = matMul(
    reshape(transpose(w, [1, 0, 2, 3]), [c * k, side ** 2]),
    w.graph.constant(tapSums(side), [side ** 2, large ** 2]),
  );
  const y = convTranspose2d(x, reshape(taps, [c, k, large, large]), { stride: 2, padding: (side - 1) / 2 }); // [N, K, 2 H, 2 W]
  return bias ? add(y, reshape(bias, [1, k, 1, 1])) : y;
}

/** Which taps of w add up to each tap of the transposed convolution, `[side², (side + 1)²]`: along an axis, side − 1 − i and side − i to tap i. */
function tapSums(side: number): Float32Array {
  const large = side + 1;
  const sums = new Float32Array(side ** 2 * large ** 2);
  const addUp = (tap: number) => [side - 1 - tap, side - tap].filter((i) => i >= 0 && i < side);
  for (let i = 0; i < large; i++)
    for (let j = 0; j < large; j++)
      for (const row of addUp(i))
        for (const column of addUp(j)) sums[(side * row + column) * large ** 2 + large * i + j] = 1;
  return sums;
}
