import type { Value } from "../../graph.ts";
import { add, broadcastTo, matMul, mul, reshape, softmax, transpose } from "../../ops/index.ts";
import type { ForeignNode, ForeignRule } from "../foreign-node.ts";
import { requireModestSize } from "../host-array.ts";

/** Attention as one node (operator set 23). */
export const attentionRules: Readonly<Record<string, ForeignRule>> = { Attention: attention };

/**
 * `softmax(q kᵀ · scale + mask) v`, with heads as an axis, `[N, heads, L, D]`, or side by side, `[N, L, heads · D]`.
 *
 * @see Vaswani et al., "Attention is all you need", NeurIPS 2017
 */
function attention(node: ForeignNode): Value {
  if (node.resultCount > 1 || node.has(4) || node.has(5))
    throw node.refusal("attention without a cache", "one with it");
  if (node.float("softcap", 0) !== 0) throw node.refusal("softcap 0", `${node.float("softcap")}`);
  const isFlat = node.shape(0).length === 3;
  const heads = isFlat ? node.int("q_num_heads") : node.shape(0)[1]!;
  const keyHeads = isFlat ? node.int("kv_num_heads") : (node.shape(1)[1] ?? 0);
  const q = withHeads(node, 0, heads);
  const [k, v] = [1, 2].map((input) => repeatedHeads(node, withHeads(node, input, keyHeads), heads)) as [Value, Value];
  const scale = node.float("scale", 1 / Math.sqrt(q.shape[3]!));
  const scores = mul(matMul(q, transpose(k)), scale === 0 ? 1 / Math.sqrt(q.shape[3]!) : scale); // [N, heads, L, S]
  const masked = [maskOf(node), causalMask(node, scores)].reduce((sum: Value, m) => (m ? add(sum, m) : sum), scores);
  const mixed = matMul(softmax(masked, -1), v); // [N, heads, L, D]
  if (!isFlat) return mixed;
  const [n, , length, width] = mixed.shape as [number, number, number, number];
  return reshape(transpose(mixed, [0, 2, 1, 3]), [n, length, heads * width]);
}

function withHeads(node: ForeignNode, input: number, heads: number): Value {
  const x = node.value(input);
  if (x.shape.length === 4) return x;
  const [n, length, width] = x.shape as [number, number, number];
  if (x.shape.length !== 3 || !(heads >= 1) || width % heads !== 0)
    throw node.refusal(`[N, L, ${heads} heads · D]`, `[${x.shape}]`);
  return transpose(reshape(x, [n, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** Several heads of queries may share one of keys and values. */
function repeatedHeads(node: ForeignNode, x: Value, heads: number): Value {
  const [n, own, length, width] = x.shape as [number, number, number, number];
  if (own === heads) return x;
  if (!(own >= 1) || heads % own !== 0) throw node.refusal(`heads that divide ${heads}`, `${own}`);
  const repeated = broadcastTo(reshape(x, [n, own, 1, length, width]), [n, own, heads / own, length, width]);
  return reshape(repeated, [n, heads, length, width]);
}

/** What is added to the scores; truth values say where to look. */
function maskOf(node: ForeignNode): Value | undefined {
  if (!node.has(3)) return undefined;
  const mask = node.known(3);
  if (mask.dataType !== "bool") return node.value(3);
  const numbers = Float32Array.from(mask.numbers, (looks) => (looks ? 0 : Number.NEGATIVE_INFINITY));
  return node.graph.constant(numbers, mask.shape);
}

function causalMask(node: ForeignNode, { shape }: Value): Value | undefined {
  if (node.int("is_causal", 0) === 0) return undefined;
  const [rows, columns] = shape.slice(-2) as [number, number];
  requireModestSize([rows, columns], node.where);
  const numbers = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    numbers.fill(Number.NEGATIVE_INFINITY, Math.min(row * columns + row + 1, (row + 1) * columns), (row + 1) * columns);
  return node.graph.constant(numbers, [rows, columns]);
}
