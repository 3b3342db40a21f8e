/** Layers: functions of a scope and a value that name their own weights. One file each in `layers/`. */
export { type AttentionOptions, attention2d, scaledDotProductAttention, selfAttention } from "./layers/attention.ts";
export { type BatchNormOptions, batchNorm, type Mode } from "./layers/batch-norm.ts";
export { type ConvOptions, conv } from "./layers/conv.ts";
export { type ConvNormOptions, convNorm } from "./layers/conv-norm.ts";
export { type ConvTransposeOptions, convTranspose } from "./layers/conv-transpose.ts";
export { type DropoutOptions, dropout } from "./layers/dropout.ts";
export { type EmbeddingOptions, embedding } from "./layers/embedding.ts";
export { layerNorm } from "./layers/layer-norm.ts";
export { type LinearOptions, linear } from "./layers/linear.ts";
export { type Normalization, type NormalizationName, normalizations } from "./layers/normalization.ts";
export { reflectPad } from "./layers/reflect-pad.ts";
export { type ResidualBlockOptions, residualBlock } from "./layers/residual-block.ts";
export { boundedWeight } from "./layers/spectral-norm.ts";
export { type UpsamplingName, type UpsamplingOptions, upsamplings } from "./layers/upsampling.ts";
