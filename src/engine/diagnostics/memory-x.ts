/**
 * How much memory the runtime holds while it runs a model: a walk over the nodes in the order in which they run.
 *
 * The runtime plans before the first run which results share a buffer, and this does the same: a result takes over its input's buffer where
 * the kernel may work in place and nobody reads the input later; else a buffer of the same shape that nobody reads any more; else a new one. A buffer
 * that waits for its next user is not given back meanwhile. Inputs and constants belong to the caller; outputs are alive until the end.
 */

import { sameShape } from "../../core/shape.ts";
import type { OnnxModel, OnnxNode } from "../../onnx/model.ts";
import { valuesApart } from "../economy/values-apart.ts";
import { isView } from "../economy/views.ts";
import { type ArrayExtent, bytesOf } from "./array-types.ts";

/** A value in a buffer, from the node that makes it to the last one that reads it or what took its place. */
interface Tenant {
  readonly name: string;
  readonly from: number;
  to: number;
}

/** One buffer from the node that needs it first to the last one that reads it. */
interface Buffer {
  readonly extent: ArrayExtent;
  readonly from: number;
  to: number;
  /** The values that had it one after the other, without those that took it over from their inputs. */
  readonly tenants: Tenant[];
  /** Reads to come, of all the values in it. */
  reads: number;
}

/** Bytes that a model's own arrays take while it runs. */
export interface MemoryWalk {
  readonly peakBytes: number;
  /** Where the peak is: a place in `model.nodes`. */
  readonly peakAt: number;
  /** Bytes held while each node runs, in the order of `model.nodes`. */
  readonly bytesAt: readonly number[];
  /** Values that come after the peak and whose buffers wait for them there, with nothing in them that anybody reads. */
  readonly awaited: readonly string[];
}

/** Inputs whose buffer a kernel may write its result into; binary operations may not. */
const IN_PLACE: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ["Cast", "Clip", "Exp", "LeakyRelu", "Log", "Neg", "Reciprocal", "Relu", "Sigmoid", "Softmax", "Sqrt", "Tanh"].map(
      (opType) => [opType, 0],
    ),
  ),
  Conv: 3, // the blocked one adds into its sum
  FusedConv: 3,
};

/**
 * The walk; `types` are those of {@link arrayTypes}.
 *
 * @param isGiven whether an output is written into an array of the caller's
 * @param apart values that share no buffer with others, but may hand theirs on to what is computed in place
 */
export function memoryWalk(
  model: OnnxModel,
  types: ReadonlyMap<string, ArrayExtent>,
  isGiven: (output: string) => boolean = () => false,
  apart: ReadonlySet<string> = valuesApart(model),
): MemoryWalk {
  const buffers = sharedBuffers(model, types, { isGiven, apart });
  const change = new Array<number>(model.nodes.length + 1).fill(0);
  for (const { extent, from, to } of buffers) {
    const bytes = Math.ceil(bytesOf(extent) / ALIGNMENT) * ALIGNMENT;
    change[from]! += bytes;
    change[to + 1]! -= bytes;
  }
  let held = 0;
  const bytesAt = model.nodes.map((_, at) => {
    held += change[at]!;
    return held;
  });
  const peakBytes = bytesAt.reduce((most, bytes) => Math.max(most, bytes), 0);
  const peakAt = bytesAt.indexOf(peakBytes);
  const awaited = buffers.flatMap(({ tenants }) => {
    const next = tenants.findIndex(({ from }) => from > peakAt);
    return next > 0 && tenants[next - 1]!.to < peakAt ? tenants[next]!.name : [];
  });
  return { peakBytes, peakAt, bytesAt, awaited };
}

/** The runtime's allocator hands out multiples of this. */
const ALIGNMENT = 256;

export function sharedBuffers(
  model: OnnxModel,
  types: ReadonlyMap<string, ArrayExtent>,
  { isGiven, apart }: { readonly isGiven: (output: string) => boolean; readonly apart: ReadonlySet<string> },
): readonly Buffer[] {
  const outputs = new Set(model.outputs.map(({ name }) => name));
  const last = model.nodes.length - 1;
  const reads = new Map<string, number>();
  for (const { inputs } of model.nodes) for (const name of inputs) reads.set(name, (reads.get(name) ?? 0) + 1);

  const made: Buffer[] = [];
  const holding = new Map<string, Buffer>(); // buffer of each value; none for what belongs to the caller
  const free: Buffer[] = []; // most recently freed first
  for (const [at, node] of model.nodes.entries()) {
    for (const [index, name] of node.outputs.entries()) {
      if (!name || (outputs.has(name) && isGiven(name))) continue;
      const extent = types.get(name)!;
      const uses = (reads.get(name) ?? 0) + 1; // one more for being made
      const isOutput = outputs.has(name);
      const inherited = isOutput ? undefined : inputBuffer(node, index, extent);
      if (inherited === "caller") continue;
      const taken = inherited ?? (isOutput || apart.has(name) ? undefined : freedBuffer(extent));
      const none: Buffer = { extent, from: at, to: last, tenants: [], reads: isOutput ? Number.POSITIVE_INFINITY : 0 };
      const buffer = taken ?? none;
      if (!taken) made.push(buffer);
      if (!inherited) buffer.tenants.push({ name, from: at, to: last });
      buffer.reads += uses;
      buffer.to = last;
      holding.set(name, buffer);
    }
    for (const name of [...node.inputs, ...node.outputs]) release(holding.get(name), at);
  }
  return made;

  function inputBuffer(node: OnnxNode, index: number, extent: ArrayExtent): Buffer | "caller" | undefined {
    if (index > 0) return undefined;
    if (isView(node)) return holding.get(node.inputs[0]!) ?? "caller";
    const name = node.inputs[IN_PLACE[node.opType] ?? node.inputs.length];
    const buffer = name ? holding.get(name) : undefined;
    return buffer?.reads === 1 && sameExtent(types.get(name!)!, extent) ? buffer : undefined;
  }

  function freedBuffer(extent: ArrayExtent): Buffer | undefined {
    if (extent.shape.length === 0) return undefined;
    const place = free.findIndex((buffer) => sameExtent(buffer.extent, extent));
    return place < 0 ? undefined : free.splice(place, 1)[0];
  }

  function release(buffer: Buffer | undefined, at: number): void {
    if (!buffer || --buffer.reads > 0) return;
    buffer.to = at;
    const tenant = buffer.tenants.at(-1)!;
    tenant.to = at;
    if (!apart.has(tenant.name)) free.unshift(buffer);
  }
}

function sameExtent(a: ArrayExtent, b: ArrayExtent): boolean {
  return a.bytesPerNumber === b.bytesPerNumber && sameShape(a.shape, b.shape);
}
