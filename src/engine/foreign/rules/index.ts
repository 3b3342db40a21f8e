/** The table of operators that can be read. To add one: a rule in the file of its family. */

import type { ForeignRule } from "../foreign-node.ts";
import { activationRules } from "./activations.ts";
import { attentionRules } from "./attention.ts";
import { convolutionRules } from "./convolution.ts";
import { einsumRules } from "./einsum.ts";
import { elementwiseRules } from "./elementwise.ts";
import { layoutRules } from "./layout.ts";
import { matrixRules } from "./matrix.ts";
import { normalizationRules } from "./normalization.ts";
import { poolingRules } from "./pooling.ts";
import { reductionRules } from "./reductions.ts";
import { resizeRules } from "./resize.ts";
import { softmaxRules } from "./softmax.ts";

/** Operators of the standard, by name, as operators of the engine. */
export const foreignRules: ReadonlyMap<string, ForeignRule> = new Map(
  [
    activationRules,
    attentionRules,
    convolutionRules,
    einsumRules,
    elementwiseRules,
    layoutRules,
    matrixRules,
    normalizationRules,
    poolingRules,
    reductionRules,
    resizeRules,
    softmaxRules,
  ].flatMap((family) => Object.entries(family)),
);
