import type { Value } from "../graph.ts";
import { detach } from "./detach.ts";
import type { NormOptions } from "./instance-norm.ts";
import { mean } from "./mean.ts";
import { normalize } from "./normalize.ts";
import { reshape } from "./reshape.ts";
import { square } from "./square.ts";
import { sub } from "./sub.ts";

/**
 * Every channel brought to mean 0 and variance 1 over the whole batch (the training form): x `[N, C, H, W]`.
 *
 * @returns the normalised `output`, and the batch's `mean` and biased `variance`, both `[C]` and without derivative, for running
 * statistics. PyTorch keeps the unbiased variance: multiply by `N·H·W / (N·H·W − 1)`.
 * @see Ioffe & Szegedy, "Batch normalization", ICML 2015
 */
export function batchNorm(
  x: Value,
  { scale, offset, epsilon = 1e-5 }: NormOptions = {},
): { readonly output: Value; readonly mean: Value; readonly variance: Value } {
  const c = x.shape[1]!;
  const { graph } = x;
  const axes = [0, 2, 3];
  const center = mean(x, { axes, keepDims: true });
  const variance = mean(square(sub(x, center)), { axes, keepDims: true });
  return {
    output: normalize(x, scale ?? graph.constant(1, [c]), offset ?? graph.constant(0, [c]), { groups: 0, epsilon }),
    mean: detach(reshape(center, [c])),
    variance: detach(reshape(variance, [c])),
  };
}
