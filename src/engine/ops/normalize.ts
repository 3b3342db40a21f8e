/**
 * Normalisation of images over sets of pixels: instance, group, layer and batch normalisation are one operator with other sets.
 *
 * `y = (x − μ) / √(σ² + ε) · scale + offset`, with mean μ and (biased) variance σ² of each set. The gradient rule is written by hand
 * because it needs three passes over the image where differentiating the definition step by step would take about ten:
 * with `x̂ = (x − μ) · r`, `r = 1/√(σ² + ε)` and M pixels in a set,
 * `dx = r · (scale·dy − mean(scale·dy) − x̂ · mean(scale·dy·x̂))`, which is `a·dy + b·x + c` with one a, b, c per channel.
 */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { mean } from "./mean.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { reshape } from "./reshape.ts";
import { scaleShift } from "./scale-shift.ts";
import { sqrt } from "./sqrt.ts";
import { square } from "./square.ts";
import { sub } from "./sub.ts";
import { broadcastTo, sum } from "./sum.ts";

/** Which pixels share a mean and variance: `groups` of channels in each image, or one channel across the batch (`groups: 0`). */
export type NormalizeAttributes = { groups: number; epsilon: number };

/** Normalised x `[N, C, H, W]`, then scaled and shifted by scale `[C]` and offset `[C]`. */
export function normalize(x: Value, scale: Value, offset: Value, attributes: NormalizeAttributes): Value {
  return x.graph.apply(normalizeOp, [x, scale, offset], attributes);
}

/** Mean and 1 / √(variance + ε) of the set that each channel belongs to, both `[N, C, 1, 1]` (`[1, C, 1, 1]` across the batch). */
export function channelMoments(
  x: Value,
  { groups, epsilon }: NormalizeAttributes,
): { center: Value; inverseDeviation: Value } {
  const [n, c] = x.shape as [number, number];
  const toSets = (value: Value) => (groups === 0 ? value : reshape(value, [n, groups, -1]));
  const axes = groups === 0 ? [0, 2, 3] : [2];
  const sets = toSets(x);
  const center = mean(sets, { axes, keepDims: true });
  const variance = mean(square(sub(sets, center)), { axes, keepDims: true });
  const inverseDeviation = div(1, sqrt(add(variance, epsilon)));
  const perChannel = (value: Value) =>
    groups === 0 ? value : reshape(broadcastTo(value, [n, groups, c / groups]), [n, c, 1, 1]);
  return { center: perChannel(center), inverseDeviation: perChannel(inverseDeviation) };
}

/** The same value by simpler operators: what a lowering without a better idea may use. */
export function expandNormalize([x, scale, offset]: readonly Value[], attributes: NormalizeAttributes): Value {
  const { center, inverseDeviation } = channelMoments(x!, attributes);
  const a = mul(inverseDeviation, channels(scale!));
  return scaleShift(x!, a, sub(channels(offset!), mul(center, a)));
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
    const { center, inverseDeviation } = channelMoments(x!, attributes);
    const dySum = () => sum(dy, { axes: [2, 3], keepDims: true }); // [N, C, 1, 1]
    // Σ dy·x̂ over the pixels of a channel
    const dyDot = () =>
      mul(inverseDeviation, sub(sum(mul(dy, x!), { axes: [2, 3], keepDims: true }), mul(center, dySum())));
    // Mean over each set of a sum per channel, handed back to the channels
    const setMean = (perChannel: Value) => {
      const pixels = (groups === 0 ? n : c / groups) * h * w;
      const total =
        groups === 0
          ? sum(perChannel, { axes: [0], keepDims: true })
          : reshape(repeatGroups(sum(reshape(perChannel, [n, groups, -1]), { axes: [2], keepDims: true }), c), [
              n,
              c,
              1,
              1,
            ]);
      return mul(total, 1 / pixels);
    };
    return [
      () => {
        const gamma = channels(scale!);
        const a = mul(inverseDeviation, gamma);
        const b = neg(mul(square(inverseDeviation), setMean(mul(gamma, dyDot()))));
        const shift = neg(add(mul(inverseDeviation, setMean(mul(gamma, dySum()))), mul(b, center)));
        return add(mul(dy, a), scaleShift(x!, b, shift));
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

function repeatGroups(value: Value, c: number): Value {
  const [n, groups] = value.shape as Shape as [number, number];
  return broadcastTo(value, [n, groups, c / groups]);
}
