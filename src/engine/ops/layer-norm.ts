/** Normalisation over any axes, for arrays that are no images; for those see `normalize`. */

import type { Op, Value } from "../graph.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { inferUnary } from "./elementwise.ts";
import type { NormOptions } from "./instance-norm.ts";
import { mean } from "./mean.ts";
import { mul } from "./mul.ts";
import { sqrt } from "./sqrt.ts";
import { square } from "./square.ts";
import { sub } from "./sub.ts";
import { reducedAxes } from "./sum.ts";

/**
 * x brought to mean 0 and variance 1 over the given axes, the last unless given, then scaled and shifted.
 *
 * @param options.scale and `offset` have the extents of the axes at the end of x, or any shape that broadcasts
 * @see Ba, Kiros & Hinton, "Layer normalization", arXiv:1607.06450
 */
export function layerNorm(
  x: Value,
  { axes = [-1], scale, offset, epsilon = 1e-5 }: NormOptions & { readonly axes?: readonly number[] } = {},
): Value {
  const standard = x.graph.apply(standardizeOp, [x], { axes: reducedAxes("layerNorm", x.shape, axes), epsilon });
  const scaled = scale ? mul(standard, scale) : standard;
  return offset ? add(scaled, offset) : scaled;
}

type Attributes = { axes: readonly number[]; epsilon: number };

/** x minus its mean, and 1 / √(variance + ε). */
function moments(x: Value, { axes, epsilon }: Attributes): { centered: Value; inverseDeviation: Value } {
  const centered = sub(x, mean(x, { axes, keepDims: true }));
  const variance = mean(square(centered), { axes, keepDims: true });
  return { centered, inverseDeviation: div(1, sqrt(add(variance, epsilon))) };
}

/** The same value by simpler operators. */
export function expandStandardize(x: Value, attributes: Attributes): Value {
  const { centered, inverseDeviation } = moments(x, attributes);
  return mul(centered, inverseDeviation);
}

/**
 * `y = (x − μ) · r` with mean μ and r = 1 / √(σ² + ε) over some axes. An operator for the sake of its gradient,
 * `dx = r · (dy − mean(dy) − y · mean(dy·y))`.
 */
export const standardizeOp: Op<Attributes> = {
  name: "standardize",
  infer: inferUnary,
  gradient: ({ inputs: [x], attributes, y, dy }) => [
    () => {
      const { inverseDeviation } = moments(x!, attributes);
      const over = { axes: attributes.axes, keepDims: true };
      return mul(inverseDeviation, sub(sub(dy, mean(dy, over)), mul(y, mean(mul(dy, y), over))));
    },
  ],
};
