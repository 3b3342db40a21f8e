import type { Value } from "../../engine/graph.ts";
import { instanceNorm } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import { batchNorm, type Mode } from "./batch-norm.ts";
import { groupNorm } from "./group-norm.ts";

/** One way to normalise activations between a convolution and its non-linearity. */
export interface Normalization {
  /** Whether a convolution just before keeps its own offset; needless where the normalisation adds one after removing it exactly. */
  readonly convBias: boolean;
  readonly reference: string;
  apply(scope: Scope, x: Value, mode: Mode): Value;
}

/** Normalisation layers by name. */
export const normalizations = {
  /** Each channel of each image by itself, nothing trainable: contrast and brightness of an image are forgotten. */
  instance: {
    convBias: true, // without effect, but the published networks have it and their parameter counts include it
    reference: "Ulyanov, Vedaldi & Lempitsky, arXiv 1607.08022 (2016)",
    apply: (_scope, x) => instanceNorm(x, { epsilon: 1e-5 }),
  },
  /** Up to eight groups of channels of each image, with trainable scale and offset: contrast between channels survives. */
  group: {
    convBias: true,
    reference: "Wu & He, ECCV 2018",
    apply: (scope, x) => groupNorm(scope, x, { groups: 8 }),
  },
  /** Each channel over the whole batch, with running statistics for inference. */
  batch: {
    convBias: false,
    reference: "Ioffe & Szegedy, ICML 2015",
    apply: (scope, x, mode) => batchNorm(scope, x, { mode }),
  },
  /** Activations as they are. */
  none: { convBias: true, reference: "", apply: (_scope, x) => x },
} as const satisfies Record<string, Normalization>;

/** Name of a normalisation layer. */
export type NormalizationName = keyof typeof normalizations;
