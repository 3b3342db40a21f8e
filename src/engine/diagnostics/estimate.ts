/**
 * What a training step will cost, before it runs: milliseconds from a roofline over its nodes, megabytes from a walk over its arrays.
 */

import { sizeOf } from "../../core/shape.ts";
import type { OnnxModel } from "../../onnx/model.ts";
import type { LoweringChoice } from "../lowerings/index.ts";
import { isNext, lowerStep, type StepGraph } from "../step.ts";
import { type ArrayExtent, arrayTypes, bytesOf } from "./array-types.ts";
import { type NodeCost, nodeCosts } from "./cost.ts";
import { type MachineSpeed, machineSpeed } from "./machine-speed.ts";
import { memoryWalk } from "./memory.ts";
import { runtimeModel } from "./runtime-model.ts";

/** Time of all nodes of one operator. */
export interface OperatorShare {
  readonly operator: string;
  readonly nodes: number;
  readonly ms: number;
}

/** Parts of the memory that a process holds at the peak of a step, in MB. */
export interface StepMemory {
  /** The process before. */
  readonly processMb: number;
  /** The runtime's arrays. */
  readonly arraysMb: number;
  /** Parameters and optimizer states. */
  readonly stateMb: number;
}

/** What a training step will need. */
export interface StepEstimate {
  /** Time of a step, all its nodes and the handing over of its results. */
  readonly ms: number;
  /** Resident memory of the whole process at its peak, in MB. */
  readonly peakMb: number;
  readonly memory: StepMemory;
  /** Floating-point operations; a multiplication and its addition count as two. */
  readonly operations: number;
  /** Most expensive first. */
  readonly byOperator: readonly OperatorShare[];
  readonly machine: MachineSpeed;
}

/** How the step will be run. */
export interface EstimateOptions {
  readonly threads?: number;
  readonly lowering?: LoweringChoice;
  /** Speeds to reckon with; this machine's unless given. */
  readonly machine?: MachineSpeed;
  /** Resident memory of the process that will run the step, before it does, in MB; that of this one unless given. */
  readonly processMb?: number;
}

/** A step taken apart: what the runtime would run, and what it takes in memory. Speeds come in later. */
export interface StepWork {
  readonly models: readonly OnnxModel[];
  readonly processMb: number;
  readonly stateMb: number;
}

/**
 * Time and memory of a step, or of several that run in turn on one state (generator and discriminator). The runtime opens each and tells
 * what it would run; nothing is computed but the probes of {@link machineSpeed}, once per process.
 *
 * @throws {@link SessionError} when the runtime refuses a graph
 * @throws {@link GraphError} when a graph has operators that are unknown here
 */
export async function estimateStep(
  target: StepGraph | readonly StepGraph[],
  options: EstimateOptions = {},
): Promise<StepEstimate> {
  const work = await analyseStep(target, options);
  return stepEstimate(work, options.machine ?? (await machineSpeed({ threads: options.threads ?? 1 })));
}

/** Takes a step apart; see {@link estimateStep}. */
export async function analyseStep(
  target: StepGraph | readonly StepGraph[],
  { threads = 1, lowering = "auto", processMb }: EstimateOptions = {},
): Promise<StepWork> {
  const steps = "graph" in target ? [target] : target;
  const models: OnnxModel[] = [];
  for (const step of steps) {
    const { model } = await lowerStep(step, { lowering });
    models.push(await runtimeModel(model, { threads, equalNodesStay: true }));
  }
  return { models, processMb: processMb ?? process.memoryUsage.rss() / MB, stateMb: stateBytes(steps) / MB };
}

/** What a step taken apart costs at these speeds. */
export function stepEstimate(work: StepWork, machine: MachineSpeed): StepEstimate {
  const parts = work.models.map((model) => modelEstimate(model, machine));
  const memory = stepMemory(work);
  return {
    ms: parts.reduce((sum, { ms }) => sum + ms, 0),
    peakMb: memory.processMb + memory.arraysMb + memory.stateMb,
    memory,
    operations: parts.reduce((sum, { operations }) => sum + operations, 0),
    byOperator: byOperator(parts.flatMap(({ nodes }) => nodes)),
    machine,
  };
}

/** What a step taken apart holds at its peak; that is the same on all machines with the same lowering. */
export function stepMemory({ models, processMb, stateMb }: StepWork): StepMemory {
  const peaks = models.map((model) => memoryWalk(model, arrayTypes(model), isNext).peakBytes);
  return { processMb, arraysMb: (Math.max(...peaks) * ALLOCATOR_WASTE) / MB, stateMb }; // steps in turn share one arena
}

/** Time of a model as the runtime runs it, as a whole and node by node. */
export function modelEstimate(model: OnnxModel, speed: MachineSpeed) {
  const types = arrayTypes(model);
  const nodes = nodeCosts(model, types).map((cost) => ({ cost, ms: nodeMs(cost, speed) }));
  const handedOver = model.outputs
    .filter(({ name }) => !isNext(name)) // new numbers of a state are written where the old ones are
    .reduce((sum, { name }) => sum + bytesOf(types.get(name) as ArrayExtent), 0);
  const exchangeMs =
    handedOver / (speed.handOverGbPerS * 1e6) + ((model.inputs.length + model.outputs.length) * speed.usPerArray) / 1e3;
  return {
    ms: nodes.reduce((sum, { ms }) => sum + ms, 0) + exchangeMs,
    operations: nodes.reduce((sum, { cost }) => sum + cost.operations, 0),
    nodes,
  };
}

/** The roofline: a node takes as long as its operations or its bytes, whichever is more, and some time to be started at all. */
export function nodeMs({ operations, bytes, pace }: NodeCost, speed: MachineSpeed): number {
  const memoryMs = bytes / (speed.memoryGbPerS * (bytes > LARGE_BYTES ? LARGE_SHARE : 1) * 1e6);
  const startMs = (speed.usPerNode * COLD_START) / 1e3;
  const operationsMs = pace.operationsShare ? operations / (speed.convolutionGflops * pace.operationsShare * 1e6) : 0;
  switch (pace.of) {
    case "convolution":
      return startMs + Math.max(operations / (speed.convolutionGflops * pace.share * 1e6), memoryMs);
    case "wide convolution":
      return startMs + Math.max(operations / (speed.wideConvolutionGflops * pace.share * 1e6), memoryMs);
    case "product":
      return startMs + Math.max(operations / (speed.productGflops * pace.share * 1e6), memoryMs);
    case "rows":
      return startMs + Math.max(((pace.rows ?? 0) * speed.nsPerRow) / pace.share / 1e6, memoryMs);
    case "memory":
      return startMs + Math.max(memoryMs / pace.share, operationsMs);
    case "nothing":
      return startMs;
  }
}

/** Bytes above which a node's arrays no longer lie in caches, and the share of speed that is left then. */
const [LARGE_BYTES, LARGE_SHARE] = [2 ** 24, 0.7];

/** A node among thousands of others takes this many times as long to start as one in a loop. */
const COLD_START = 5;

/** The runtime rounds arrays up and leaves gaps between them. */
const ALLOCATOR_WASTE = 1.1;

const MB = 2 ** 20;

/** What cannot be written over at once takes turns between two arrays; that is a small part of the whole and left out. */
function stateBytes(steps: readonly StepGraph[]): number {
  const bytes = new Map<string, number>();
  for (const { graph } of steps) {
    for (const [name, { shape }] of graph.variables) bytes.set(name, 4 * sizeOf(shape));
  }
  return [...bytes.values()].reduce((sum, each) => sum + each, 0);
}

/** Estimated nodes put together by operator, most of the time first. */
export function byOperator(nodes: readonly { readonly cost: NodeCost; readonly ms: number }[]): OperatorShare[] {
  const shares = new Map<string, { operator: string; nodes: number; ms: number }>();
  for (const { cost, ms } of nodes) {
    const { opType: operator } = cost.node;
    const share = shares.get(operator) ?? { operator, nodes: 0, ms: 0 };
    shares.set(operator, share);
    share.nodes++;
    share.ms += ms;
  }
  return [...shares.values()].sort((a, b) => b.ms - a.ms);
}
