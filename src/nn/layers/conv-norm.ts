import type { Value } from "../../engine/graph.ts";
import type { Scope } from "../scope.ts";
import type { Mode } from "./batch-norm.ts";
import { type ConvOptions, conv } from "./conv.ts";
import { type NormalizationName, normalizations } from "./normalization.ts";

/** A convolution followed by a normalisation. */
export interface ConvNormOptions extends Omit<ConvOptions, "bias"> {
  readonly norm: NormalizationName;
  /** Only batch normalisation asks. */
  readonly mode?: Mode;
  /** Ending of the names `conv…` and `norm…`, where a scope holds several pairs. */
  readonly index?: number | "";
}

/** Convolution and normalisation under `conv` and `norm`, the usual pair before a non-linearity. */
export function convNorm(
  scope: Scope,
  x: Value,
  { norm, mode = "train", index = "", ...options }: ConvNormOptions,
): Value {
  const { convBias, apply } = normalizations[norm];
  return apply(scope.at(`norm${index}`), conv(scope.at(`conv${index}`), x, { ...options, bias: convBias }), mode);
}
