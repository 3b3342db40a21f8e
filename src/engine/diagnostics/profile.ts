/**
 * Where the time of a step went: by operator, and by part of the network. The runtime writes an event for every node that it ran.
 */

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SessionError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import type { Tensor, TensorData } from "../../core/tensor.ts";
import { decodeModel } from "../../onnx/decode.ts";
import type { OnnxModel } from "../../onnx/model.ts";
import type { LoweringChoice } from "../lowerings/index.ts";
import { openSession } from "../session.ts";
import { type Inputs, initialState, lowerStep, type StepGraph } from "../step.ts";
import { nodeOwners } from "./owners.ts";

/** Time of one node: the least of all runs, which other programs disturbed least. */
export interface NodeTime {
  readonly name: string;
  readonly operator: string;
  /** Part of the network that it serves, such as `generator/block3/conv1`. */
  readonly scope: string;
  readonly ms: number;
}

/** Time of all nodes that have something in common. */
export interface ProfileShare {
  readonly name: string;
  readonly nodes: number;
  readonly ms: number;
  /** Part of the whole, 0 to 1. */
  readonly share: number;
}

/** What a step spent its time on. */
export interface StepProfile {
  /** Sum over all nodes; without starting them and handing results over. */
  readonly ms: number;
  readonly nodes: readonly NodeTime[];
  /** Most of the time first. */
  readonly byOperator: readonly ProfileShare[];
  readonly byScope: readonly ProfileShare[];
  /** Most that the runtime's arrays took at once, in MB. */
  readonly arraysMb: number;
  /** The graph that ran. */
  readonly model: OnnxModel;
}

/** How to run the step. */
export interface ProfileOptions {
  /** Values of the graph's inputs. */
  readonly inputs: Inputs;
  readonly runs?: number;
  readonly threads?: number;
  readonly lowering?: LoweringChoice;
}

/**
 * Runs a step a few times on first weights and sums what its nodes took. Observing slows it: whole steps are timed without.
 *
 * @throws {@link SessionError} when the runtime refuses the graph
 */
export async function profileStep(
  target: StepGraph,
  { inputs, runs = 5, threads = 1, lowering = "auto" }: ProfileOptions,
): Promise<StepProfile> {
  const { graph } = target;
  const folder = await mkdtemp(join(tmpdir(), "fantascope-profile-"));
  try {
    const files = { rewrittenModelFile: join(folder, "model.onnx"), traceFilePrefix: join(folder, "trace") };
    const { model } = await lowerStep(target, { lowering });
    const session = await openSession(model, { threads, equalNodesStay: true, ...files });
    const feeds: Record<string, Tensor<TensorData>> = {
      ...Object.fromEntries(initialState([graph], random(0))),
      ...inputs,
    };
    for (let run = 0; run < runs; run++) await session.run(feeds);
    await session.release();
    const trace = (await readdir(folder)).find((file) => file.startsWith("trace"));
    if (!trace) throw new SessionError({ where: "profile", expected: "a trace of the runtime", received: "none" });
    const ran = decodeModel(await readFile(files.rewrittenModelFile), { where: "the runtime's graph" });
    const events = nodeEvents(JSON.parse(await readFile(join(folder, trace), "utf8")));
    const scopes = nodeOwners(
      ran,
      graph.variables.keys(),
      graph.parameters().map(({ name }) => name),
    );
    return { ...summed(ran, events, scopes), model: ran };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One event of the runtime's trace, as far as it is read; times in µs, numbers of `args` as texts. */
export interface TraceEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly dur?: number;
  readonly args?: { readonly op_name?: string; readonly mem_in_use_peak?: string };
}

/** Least time of each node over all its runs in ms, by its name; and the peak of the runtime's arrays in bytes. */
export function nodeEvents(trace: readonly TraceEvent[]): {
  readonly ms: ReadonlyMap<string, number>;
  readonly peakBytes: number;
} {
  const ms = new Map<string, number>();
  let peakBytes = 0;
  for (const { cat, name, dur, args } of trace) {
    if (cat !== "Node" || !name?.endsWith(KERNEL) || dur === undefined) continue;
    const node = name.slice(0, -KERNEL.length);
    ms.set(node, Math.min(ms.get(node) ?? Number.POSITIVE_INFINITY, dur / 1000));
    peakBytes = Math.max(peakBytes, Number(args?.mem_in_use_peak ?? 0));
  }
  return { ms, peakBytes };
}

const KERNEL = "_kernel_time";

/** Profile of nodes with known times and scopes. */
export function summed(
  model: OnnxModel,
  { ms, peakBytes }: ReturnType<typeof nodeEvents>,
  scopes: readonly string[],
): Omit<StepProfile, "model"> {
  const nodes = model.nodes.map(({ name, opType }, at) => ({
    name,
    operator: opType,
    scope: scopes[at]!,
    ms: ms.get(name) ?? 0,
  }));
  return {
    ms: nodes.reduce((sum, node) => sum + node.ms, 0),
    nodes,
    byOperator: sharesBy(nodes, ({ operator }) => operator),
    byScope: sharesBy(nodes, ({ scope }) => scope),
    arraysMb: peakBytes / 2 ** 20,
  };
}

/** Nodes put together by a name of their own, most of the time first; `scopeAt(2)` puts together what agrees in two parts of its scope. */
export function sharesBy(nodes: readonly NodeTime[], nameOf: (node: NodeTime) => string): ProfileShare[] {
  const whole = nodes.reduce((sum, { ms }) => sum + ms, 0);
  const found = new Map<string, { name: string; nodes: number; ms: number }>();
  for (const node of nodes) {
    const name = nameOf(node);
    const share = found.get(name) ?? { name, nodes: 0, ms: 0 };
    found.set(name, share);
    share.nodes++;
    share.ms += node.ms;
  }
  return [...found.values()]
    .sort((a, b) => b.ms - a.ms)
    .map((each) => ({ ...each, share: whole > 0 ? each.ms / whole : 0 }));
}

/** The first parts of a node's scope. */
export function scopeAt(parts: number): (node: NodeTime) => string {
  return ({ scope }) => scope.split("/").slice(0, parts).join("/");
}
