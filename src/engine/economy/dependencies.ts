/** Who depends on whom among the nodes of a model. */

import type { OnnxModel } from "../../onnx/model.ts";

/** Nodes by their place in `model.nodes`, and what leads from one to another. */
export interface Dependencies {
  /** Place of the node that makes a value; none makes inputs and constants. */
  readonly makers: ReadonlyMap<string, number>;
  /** Places of the nodes that read a value, each once, in order. */
  readonly readers: ReadonlyMap<string, readonly number[]>;
  /** Whether a node needs another one's result, directly or through others. */
  dependsOn(at: number, other: number): boolean;
  /** How many nodes a node depends on. */
  count(at: number): number;
}

/** Dependencies of a model whose nodes stand in an order in which every value is made before it is used. */
export function dependencies({ nodes }: Pick<OnnxModel, "nodes">): Dependencies {
  const makers = new Map<string, number>();
  const readers = new Map<string, number[]>();
  const words = Math.ceil(nodes.length / 32);
  const bits = new Uint32Array(nodes.length * words); // row `at`: one bit for each node that `at` depends on
  for (const [at, { inputs, outputs }] of nodes.entries()) {
    const row = bits.subarray(at * words, (at + 1) * words);
    for (const name of new Set(inputs)) {
      const known = readers.get(name);
      if (known) known.push(at);
      else readers.set(name, [at]);
      const maker = makers.get(name);
      if (maker === undefined) continue;
      const before = bits.subarray(maker * words, (maker + 1) * words);
      for (let i = 0; i <= maker >>> 5; i++) row[i]! |= before[i]!;
      row[maker >>> 5]! |= 1 << (maker & 31);
    }
    for (const name of outputs) if (name) makers.set(name, at);
  }
  return {
    makers,
    readers,
    dependsOn: (at, other) => ((bits[at * words + (other >>> 5)]! >>> (other & 31)) & 1) === 1,
    count(at) {
      let sum = 0;
      for (let i = at * words; i < (at + 1) * words; i++) sum += ones(bits[i]!);
      return sum;
    },
  };
}

/** Bits that are set. @see Warren, "Hacker's Delight", 2nd ed., figure 5–2 */
function ones(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
