import type { Value } from "../graph.ts";
import { detach } from "./detach.ts";
import type { NormOptions } from "./instance-norm.ts";
import { moments, type NormalizeAttributes, normalize } from "./normalize.ts";
import { reshape } from "./reshape.ts";

/**
 * Every channel brought to mean 0 and variance 1 over the whole batch (the training form): x `[N, C, H, W]`.
 *
 * @returns the normalised `output`, and the batch's `mean` and biased `variance`, both `[C]` and without derivative, for running
 * statistics. PyTorch keeps the unbiased variance: multiply by `N·H·W / (N·H·W − 1)`.
 * @see Ioffe & Szegedy, "Batch normalization", ICML 2015
 */
export function batchNorm(
  x: Value,
  { scale, offset, epsilon = 1e-5, aboutZero = false }: NormOptions & Pick<NormalizeAttributes, "aboutZero"> = {},
): { readonly output: Value; readonly mean: Value; readonly variance: Value } {
  const c = x.shape[1]!;
  const { graph } = x;
  const attributes = { groups: 0, epsilon, aboutZero };
  const { center, variance } = moments(x, attributes);
  return {
    output: normalize(x, scale ?? graph.constant(1, [c]), offset ?? graph.constant(0, [c]), attributes),
    mean: detach(reshape(center, [c])),
    variance: detach(reshape(variance, [c])),
  };
}
