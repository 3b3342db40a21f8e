/**
 * How fast this machine is: a few short probes through the same runtime, with as many threads as the step will have.
 *
 * Each probe is a chain of equal nodes that takes a few milliseconds. What counts is the fastest of many rounds, which other programs
 * disturbed least.
 */

import { random } from "../../core/random.ts";
import { sizeOf } from "../../core/shape.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import { createGraph, type Graph, type Initializer, type Value } from "../graph.ts";
import { add, conv2d, gather, matMul, mean, neg } from "../ops/index.ts";
import { compileStep, initialState, type State, type Step } from "../step.ts";

/** Speeds that the estimate of a step is made of. */
export interface MachineSpeed {
  readonly threads: number;
  /** Blocked 3×3 convolutions of 64 channels, in 10⁹ operations per second. */
  readonly convolutionGflops: number;
  /** Blocked convolutions with filters of 32 × 16 taps, which no near cache holds: what most weight gradients are. */
  readonly wideConvolutionGflops: number;
  /** Products of square matrices. */
  readonly productGflops: number;
  /** Bytes read and written by additions of arrays of 4 MB that no cache holds, in 10⁹ per second. */
  readonly memoryGbPerS: number;
  /** Time to fetch one row of 16 numbers by its number. */
  readonly nsPerRow: number;
  /** Time of an addition of 16 numbers in a loop: what it takes to start a node. */
  readonly usPerNode: number;
  /** Time of an array, however small, to come from JavaScript or go there. */
  readonly usPerArray: number;
  /** Bytes of results brought to JavaScript, in 10⁹ per second. */
  readonly handOverGbPerS: number;
}

/** Probes that stay open, so that their rounds can lie between the runs of what they are compared with. */
export interface Probes {
  /** Runs each probe once. */
  round(): Promise<void>;
  /** Speeds by the fastest run of each probe so far. */
  speed(): MachineSpeed;
  release(): Promise<void>;
}

/** What a probe computes; its outputs are small unless handing them over is what it is about. */
type Probe = (graph: Graph) => readonly Value[];

const measured = new Map<number, Promise<MachineSpeed>>();

/** Speeds of this machine, measured once per process and number of threads in a few seconds. */
export function machineSpeed({ threads = 1 } = {}): Promise<MachineSpeed> {
  const found = measured.get(threads) ?? measure(threads);
  measured.set(threads, found);
  return found;
}

async function measure(threads: number): Promise<MachineSpeed> {
  const open = await openProbes({ threads });
  for (let round = 0; round < ROUNDS; round++) await open.round();
  await open.release();
  return open.speed();
}

const ROUNDS = 25;

/** Opens the probes and runs each once, uncounted. */
export async function openProbes({ threads = 1 } = {}): Promise<Probes> {
  const running = await Promise.all(Object.entries(probes).map(([name, probe]) => openProbe(name, probe, threads)));
  const least = new Map(running.map(({ name }) => [name, Number.POSITIVE_INFINITY]));
  for (const { run } of running) await run();
  return {
    async round() {
      for (const { name, run } of running) {
        const start = performance.now();
        await run();
        least.set(name, Math.min(least.get(name)!, performance.now() - start));
      }
    },
    speed() {
      const whole = Object.fromEntries(least) as Record<keyof typeof probes, number>;
      const net = (name: keyof typeof probes) => Math.max(whole[name] - whole.nothing, whole[name] / 10);
      const ms = {
        convolution: net("convolution"),
        wideConvolution: net("wideConvolution"),
        product: net("product"),
        passes: net("passes"),
        rows: net("rows"),
      };
      const handOver = Math.max(whole.handOver - whole.passes, whole.handOver / 10); // it contains the passes
      return {
        threads,
        convolutionGflops: (CHAIN * 2 * SIDE ** 2 * CHANNELS ** 2 * 9) / ms.convolution / 1e6,
        wideConvolutionGflops: (2 * sizeOf(WIDE.y) * sizeOf(WIDE.w.slice(1))) / ms.wideConvolution / 1e6,
        productGflops: (CHAIN * 2 * MATRIX ** 3) / ms.product / 1e6,
        memoryGbPerS: (PASSES * 3 * 4 * PASS) / ms.passes / 1e6,
        nsPerRow: (ms.rows * 1e6) / (FETCHES * ROWS),
        usPerNode: (net("nodes") * 1e3) / NODES,
        usPerArray: (net("arrays") * 1e3) / (2 * ARRAYS),
        handOverGbPerS: (PASSES * 4 * PASS) / handOver / 1e6,
      };
    },
    async release() {
      for (const { step } of running) await step.release();
    },
  };
}

const [CHAIN, SIDE, CHANNELS, MATRIX] = [2, 48, 64, 384];
/** A weight gradient of 32 channels by 64, with half of the taps that its tiles have at most, and with rows enough for several threads. */
const WIDE = { x: [1, 32, 72, 80], w: [64, 32, 16, 8], dilation: [4, 8], y: [1, 64, 12, 24] } as const;
const [PASSES, PASS, ROWS, FETCHES, NODES, ARRAYS] = [8, 2 ** 20, 2 ** 15, 8, 400, 200];

const probes = {
  nothing: (graph) => [mean(array(graph, "x", [16]))],
  convolution: (graph) => {
    const w = array(graph, "w", [CHANNELS, CHANNELS, 3, 3]);
    return [mean(chain(array(graph, "x", [1, CHANNELS, SIDE, SIDE]), CHAIN, (y) => conv2d(y, w, { padding: 1 })))];
  },
  wideConvolution: (graph) => {
    const { x, w, dilation } = WIDE;
    return [mean(conv2d(array(graph, "x", x), array(graph, "w", w), { dilation }))];
  },
  product: (graph) => {
    const w = array(graph, "w", [MATRIX, MATRIX]);
    return [mean(chain(array(graph, "x", [MATRIX, MATRIX]), CHAIN, (y) => matMul(y, w)))];
  },
  passes: (graph) => [last(passes(graph))],
  handOver: passes,
  rows: (graph) => {
    const order = graph.input("order", [ROWS], "int32");
    return [mean(chain(array(graph, "x", [ROWS, 16]), FETCHES, (y) => gather(y, order)))];
  },
  nodes: (graph) => {
    const x = array(graph, "x", [16]);
    return [chain(array(graph, "y", [16]), NODES, (y) => add(y, x))];
  },
  arrays: (graph) => Array.from({ length: ARRAYS }, (_, i) => neg(array(graph, `x${i}`, [16]))),
} as const satisfies Record<string, Probe>;

/** Sums, each of another array, so that caches do not help. */
function passes(graph: Graph): readonly Value[] {
  let y: Value = array(graph, "y", [PASS]);
  return Array.from({ length: PASSES }, (_, i) => {
    y = add(y, array(graph, `x${i}`, [PASS]));
    return y;
  });
}

function last(values: readonly Value[]): Value {
  return mean(values.at(-1)!);
}

function chain(x: Value, times: number, next: (y: Value) => Value): Value {
  let y = x;
  for (let i = 0; i < times; i++) y = next(y);
  return y;
}

function array(graph: Graph, name: string, shape: readonly number[]): Value {
  return graph.parameter(name, shape, small);
}

/** Small numbers of both signs: kernels take as long for any, and millions of random ones would take longer than all probes. */
const small: Initializer = (shape) => {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = ((i % 89) - 44) / 1000;
  return data;
};

async function openProbe(name: string, probe: Probe, threads: number) {
  const graph = createGraph();
  const outputs = Object.fromEntries(probe(graph).map((value, i) => [`${i}`, value]));
  const step: Step = await compileStep({ graph, outputs }, { threads });
  const state: State = initialState([graph], random(0));
  const inputs: Record<string, Tensor<Int32Array>> = {};
  for (const [input, { shape }] of graph.inputs) inputs[input] = tensor(shuffled(sizeOf(shape)), shape);
  return { name, step, run: async () => void (await step.run(state, inputs)) };
}

/** Numbers from 0 on, each once, far from their neighbours; `count` is a power of two. */
function shuffled(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => (i * 9973) % count);
}
