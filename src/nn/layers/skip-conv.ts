import type { Value } from "../../engine/graph.ts";
import { zerosInit } from "../../engine/initializers.ts";
import { add, concat, conv2d, split, upsampledConv2d, upsampleNearest2d } from "../../engine/ops/index.ts";
import { convInit } from "../initializers.ts";
import type { Scope } from "../scope.ts";
import { conv } from "./conv.ts";
import { type DoubledConvOptions, sizeKeepingPadding } from "./doubled-conv.ts";

/**
 * Convolution of x doubled by repetition and joined with the skip of that level: `[N, C, H, W]` and `[N, S, 2 H, 2 W]` to `[N, channels, 2 H, 2 W]`.
 *
 * Weights are those of `conv` of the joined image, `[channels, C + S, kernel, kernel]`. Training takes the short way to the same numbers: each part is
 * convolved by itself, x before it is doubled, and nothing is joined.
 *
 * @throws {@link ShapeError} when the kernel is even, or the skip is not twice as large as x
 */
export function skipConv(scope: Scope, x: Value, skip: Value, options: DoubledConvOptions): Value {
  const { channels, kernel, bias = true, initializer = convInit, mode } = options;
  const padding = sizeKeepingPadding(scope, kernel);
  if (mode !== "train")
    return conv(scope, concat([upsampleNearest2d(x, 2), skip], 1), { channels, kernel, padding, bias, initializer });
  const lengths = [x.shape[1]!, skip.shape[1]!] as const;
  const weight = scope.parameter("weight", [channels, lengths[0] + lengths[1], kernel, kernel], initializer);
  const [ofX, ofSkip] = split(weight, { axis: 1, lengths }) as [Value, Value];
  const ofBoth = bias && { bias: scope.parameter("bias", [channels], zerosInit) };
  return add(upsampledConv2d(x, ofX), conv2d(skip, ofSkip, { padding, ...ofBoth }));
}
