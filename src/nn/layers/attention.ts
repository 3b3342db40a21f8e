import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Value } from "../../engine/graph.ts";
import { type Initializer, zerosInit } from "../../engine/initializers.ts";
import { add, matMul, mul, reshape, softmax, split, transpose } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import { conv } from "./conv.ts";
import { groupNorm } from "./group-norm.ts";
import { linear } from "./linear.ts";

/** How an attention layer is made. */
export interface AttentionOptions {
  /** Into how many parts the channels are split, each of which attends for itself. */
  readonly heads?: number;
  readonly initializer?: Initializer;
}

/**
 * `softmax(q · kᵀ / √d) · v`: every query `[..., T, d]` gets the mean of the values `[..., S, D]`, weighted by how well its key
 * `[..., S, d]` fits.
 *
 * @see Vaswani et al., "Attention is all you need", NeurIPS 2017, eq. 1
 */
export function scaledDotProductAttention(query: Value, key: Value, value: Value): Value {
  const scores = matMul(mul(query, 1 / Math.sqrt(query.shape.at(-1)!)), transpose(key)); // [..., T, S]
  return matMul(softmax(scores), value); // [..., T, D]
}

/**
 * Self-attention among the tokens of a sequence: x `[N, T, D]` keeps its shape. Trainable are `qkv` (rows: all queries, all keys, all
 * values) and `out`, as in PyTorch's `MultiheadAttention`; no normalisation and no residual sum.
 */
export function selfAttention(scope: Scope, x: Value, { heads = 1, initializer }: AttentionOptions = {}): Value {
  const [n, tokens, features] = x.shape as [number, number, number];
  const size = perHead("selfAttention", x, features, heads);
  const shared = initializer ? { initializer } : {};
  const qkv = reshape(linear(scope.at("qkv"), x, { features: 3 * features, ...shared }), [n, tokens, 3, heads, size]);
  const parts = split(transpose(qkv, [2, 0, 3, 1, 4]), { axis: 0, lengths: [1, 1, 1] }); // [1, N, heads, T, d] each
  const [q, k, v] = parts.map((part) => reshape(part, [n, heads, tokens, size])) as [Value, Value, Value];
  const attended = transpose(scaledDotProductAttention(q, k, v), [0, 2, 1, 3]); // [N, T, heads, d]
  return linear(scope.at("out"), reshape(attended, [n, tokens, features]), { features, ...shared });
}

/**
 * Self-attention among all pixels, added to the image: x `[N, C, H, W]` keeps its shape. Group normalisation `norm`, queries, keys and
 * values from a 1×1 convolution `qkv` (channels: head by head, in each its queries, keys and values), and a 1×1 convolution `out` that
 * starts at 0, so that the layer begins as the identity.
 *
 * @param options.groups of the normalisation
 *
 * @see Nichol & Dhariwal, "Improved denoising diffusion probabilistic models", ICML 2021: `AttentionBlock` of its code
 */
export function attention2d(
  scope: Scope,
  x: Value,
  { heads = 1, groups = 32, initializer }: AttentionOptions & { readonly groups?: number } = {},
): Value {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const size = perHead("attention2d", x, channels, heads);
  const normal = groupNorm(scope.at("norm"), x, { groups });
  const qkv = conv(scope.at("qkv"), normal, { channels: 3 * channels, kernel: 1, ...(initializer && { initializer }) });
  const tokens = transpose(reshape(qkv, [n * heads, 3 * size, -1])); // [N·heads, T, 3·d]: products of rows with rows are the fastest
  const [q, k, v] = split(tokens, { axis: 2, lengths: [size, size, size] }) as [Value, Value, Value];
  const attended = reshape(transpose(scaledDotProductAttention(q, k, v)), [n, channels, height, width]);
  return add(x, conv(scope.at("out"), attended, { channels, kernel: 1, initializer: zerosInit }));
}

function perHead(where: string, x: Value, channels: number, heads: number): number {
  if (channels % heads !== 0)
    throw new ShapeError({ where, expected: `channels divisible by ${heads} heads`, received: formatShape(x.shape) });
  return channels / heads;
}
