import type { Value } from "../../engine/graph.ts";
import type { Initializer } from "../../engine/initializers.ts";
import { add, relu } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import { convNorm } from "./conv-norm.ts";
import type { NormalizationName } from "./normalization.ts";
import { reflectPad } from "./reflect-pad.ts";

/** What the two convolutions of a residual block share. */
export interface ResidualBlockOptions {
  readonly norm: NormalizationName;
  readonly initializer?: Initializer;
}

/**
 * `x + norm(conv(relu(norm(conv(x)))))` with mirrored borders and 3×3 kernels; keeps the shape `[N, C, H, W]`.
 *
 * @see Johnson, Alahi & Fei-Fei, ECCV 2016, supplement: no non-linearity after the sum
 */
export function residualBlock(scope: Scope, x: Value, options: ResidualBlockOptions): Value {
  const half = (input: Value, index: number) =>
    convNorm(scope, reflectPad(input, 1), { ...options, index, channels: x.shape[1]!, kernel: 3 });
  return add(x, half(relu(half(x, 1)), 2));
}
