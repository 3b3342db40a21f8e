/**
 * Normalisation of images over sets of pixels: instance, group, layer and batch normalisation are one operator with other sets.
 *
 * `y = (x − μ) / √(σ² + ε) · scale + offset`, with mean μ and (biased) variance σ² of each set. The gradient rule is written by hand
 * because it needs three passes over the image where differentiating the definition step by step would take about ten:
 * with `x̂ = (x − μ) · r`, `r = 1/√(σ² + ε)` and M pixels in a set,
 * `dx = r · (scale·dy − mean(scale·dy) − x̂ · mean(scale·dy·x̂))`, which is `a·dy + b·x + c` with one a, b, c per channel: x alone must be kept for it.
 * `Σ dy·x̂` comes from `Σ dy·x` and `μ · Σ dy`, as in PyTorch's group normalisation: where the mean is a thousand deviations from zero, three to four digits are left of it.
 */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { mean } from "./mean.ts";
import { mul } from "./mul.ts";
import { relu } from "./relu.ts";
import { reshape } from "./reshape.ts";
import { scaleShift } from "./scale-shift.ts";
import { sqrt } from "./sqrt.ts";
import { square } from "./square.ts";
import { sub } from "./sub.ts";
import { broadcastTo, sum } from "./sum.ts";

/**
 * Which pixels share a mean and variance: `groups` of channels in each image, or one channel across the batch (`groups: 0`).
 *
 * With `aboutZero` the caller vouches that no mean is large beside its deviation; then the variance may be the mean square less the
 * square of the mean, which is a pass over the image less.
 */
export type NormalizeAttributes = { groups: number; epsilon: number; aboutZero?: boolean };

/** Normalised x `[N, C, H, W]`, then scaled and shifted by scale `[C]` and offset `[C]`. */
export function normalize(x: Value, scale: Value, offset: Value, attributes: NormalizeAttributes): Value {
  return x.graph.apply(normalizeOp, [x, scale, offset], attributes);
}

/** What every formula about a normalisation is made of. */
export interface Moments {
  /** Mean of the set that each channel belongs to, `[N, C, 1, 1]`, or `[1, C, 1, 1]` across the batch. */
  readonly center: Value;
  /** x minus its center, `[N, C, H, W]`. */
  readonly centered: Value;
  /** Biased variance, of the shape of {@link center}. */
  readonly variance: Value;
  /** 1 / √(variance + ε), likewise. */
  readonly inverseDeviation: Value;
}

/**
 * Moments of x. The variance is taken from centred numbers, so a mean far from zero costs no digits; about zero it is the mean square
 * less the square of the mean, whose relative error is that of one rounding times `1 + (mean / deviation)²`.
 */
export function moments(x: Value, { groups, epsilon, aboutZero }: NormalizeAttributes): Moments {
  const [n, c] = x.shape as [number, number];
  const sets = groups === 0 ? x : reshape(x, [n, groups, -1]);
  const axes = groups === 0 ? [0, 2, 3] : [2];
  const meanOf = (values: Value) => mean(values, { axes, keepDims: true });
  const center = meanOf(sets);
  const centered = sub(sets, center);
  const variance = aboutZero
    ? relu(sub(meanOf(square(sets)), square(center))) // what is nothing but rounding may lie below zero
    : meanOf(square(centered));
  const inverse = div(1, sqrt(add(variance, epsilon)));
  const perChannel = (ofSets: Value) =>
    groups === 0 ? ofSets : reshape(broadcastTo(ofSets, [n, groups, c / groups]), [n, c, 1, 1]);
  return {
    center: perChannel(center),
    centered: reshape(centered, x.shape),
    variance: perChannel(variance),
    inverseDeviation: perChannel(inverse),
  };
}

/** The same value by simpler operators: what a lowering without a better idea may use. */
export function expandNormalize([x, scale, offset]: readonly Value[], attributes: NormalizeAttributes): Value {
  const { center, centered, inverseDeviation } = moments(x!, attributes);
  const gain = mul(inverseDeviation, channels(scale!));
  if (attributes.aboutZero) return add(mul(x!, gain), sub(channels(offset!), mul(center, gain)));
  return add(mul(centered, gain), channels(offset!));
}

/** See {@link normalize}. */
export const normalizeOp: Op<NormalizeAttributes> = {
  name: "normalize",
  infer: ([x, scale, offset], { groups }) => {
    const c = x!.shape[1]!;
    if (
      x!.shape.length !== 4 ||
      (groups > 0 && c % groups !== 0) ||
      ![scale, offset].every((v) => sameShape(v!.shape, [c]))
    )
      throw new ShapeError({
        where: "normalize",
        expected: `[N, C, H, W] with C divisible by ${groups} groups, scale and offset [C]`,
        received: [x, scale, offset].map((value) => formatShape(value!.shape)).join(", "),
      });
    return { shape: x!.shape, dataType: x!.dataType };
  },
  gradient: ({ inputs: [x, scale], attributes, dy }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const { groups } = attributes;
    const { center, inverseDeviation } = moments(x!, attributes);
    const perChannel = { axes: groups === 0 ? [0, 2, 3] : [2, 3], keepDims: true };
    const dySum = () => sum(dy, perChannel); // of the shape of center
    const dyDot = () => mul(inverseDeviation, sub(sum(mul(dy, x!), perChannel), mul(center, dySum()))); // Σ dy·x̂, likewise
    // Minus the sum over each set of sums per channel, divided by the pixels of a set and handed back to the channels
    const minusSetMean = (sums: Value) => {
      if (groups === 0) return mul(sums, -1 / (n * h * w));
      const total = sum(reshape(sums, [n, groups, -1]), { axes: [2], keepDims: true });
      return mul(reshape(broadcastTo(total, [n, groups, c / groups]), [n, c, 1, 1]), -groups / (c * h * w));
    };
    return [
      () => {
        const a = mul(inverseDeviation, channels(scale!)); // 1/σ is one number for a set, so its mean may take it along
        const b = mul(inverseDeviation, minusSetMean(mul(a, dyDot())));
        const shift = minusSetMean(mul(a, dySum()));
        return add(mul(dy, a), scaleShift(x!, b, sub(shift, mul(b, center))));
      },
      () => reshape(sum(dyDot(), { axes: [0] }), [c]),
      () => reshape(sum(dySum(), { axes: [0] }), [c]),
    ];
  },
};

/** One number per channel, `[C]`, beside an image: `[1, C, 1, 1]`. */
function channels(value: Value): Value {
  return reshape(value, [1, value.shape[0]!, 1, 1]);
}
