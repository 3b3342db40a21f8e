/** A short training on a device and on the processor: whether the numbers agree, and which is faster. */

import { random } from "../../core/random.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { DeviceName } from "../devices.ts";
import { gradient } from "../gradient.ts";
import { createGraph, type Value } from "../graph.ts";
import { heInit } from "../initializers.ts";
import { add } from "../ops/add.ts";
import { upsampleNearest2d } from "../ops/average-pool-2d.ts";
import { conv2d } from "../ops/convolution.ts";
import { maxPool2d } from "../ops/max-pool-2d.ts";
import { mean } from "../ops/mean.ts";
import { relu } from "../ops/relu.ts";
import { square } from "../ops/square.ts";
import { sub } from "../ops/sub.ts";
import { adam } from "../optimizers/adam.ts";
import { bringHome, compileStep, initialState, type StepGraph } from "../step.ts";

/** What came of a trial. */
export interface DeviceTrial {
  /** Largest difference of a loss between device and processor, as a share of the loss. */
  readonly apart: number;
  /** Milliseconds of the fastest step after the first. */
  readonly stepMs: number;
  /** The same on the processor. */
  readonly cpuStepMs: number;
}

/** Sizes of a trial, from one that tells right from wrong to one that tells fast from slow: about 3 GFLOP a step, as small networks here take. */
const SIZES = [
  { images: [1, 1, 32, 32], channels: 8 },
  { images: [4, 1, 64, 64], channels: 32 },
] as const;

/** Where a step of the smallest size takes this long, the device is slow, and larger sizes would only keep people waiting. */
const SLOW_MS = 100;

/** Steps of each size; the first makes a graphics processor translate its programs and is not timed. */
const STEPS = 3;

/**
 * Trains a small network a few steps from the same numbers on the processor and on a device: convolutions, pooling, Adam.
 *
 * @param threads of the processor, also for what a device leaves to it
 * @throws {@link SessionError} when the device is not there or refuses; some drivers end the process instead
 */
export async function deviceTrial(
  device: DeviceName,
  { threads = 1 }: { threads?: number } = {},
): Promise<DeviceTrial> {
  let apart = 0;
  for (const size of SIZES) {
    const cpu = await course("cpu", threads, size);
    const there = await course(device, threads, size);
    there.losses.forEach((loss, i) => {
      apart = Math.max(apart, Math.abs(loss / cpu.losses[i]! - 1));
    });
    if (there.ms > SLOW_MS || size === SIZES.at(-1)) return { apart, stepMs: there.ms, cpuStepMs: cpu.ms };
  }
  throw new Error("internal: a trial without sizes");
}

type Size = (typeof SIZES)[number];

/** Losses of a few steps, and the milliseconds of the fastest. */
async function course(device: DeviceName, threads: number, size: Size): Promise<{ losses: number[]; ms: number }> {
  const step = await compileStep(trialStep(size), { device, threads });
  const state = initialState([step.graph], random(0));
  const rateScale: Tensor = { data: Float32Array.of(1), shape: [] };
  const [losses, times]: [number[], number[]] = [[], []];
  for (let i = 0; i < STEPS; i++) {
    const source = random(1).fork(i);
    const x = {
      data: Float32Array.from({ length: sizeOf(size.images) }, () => source.normal()),
      shape: size.images,
    };
    const started = performance.now();
    const { outputs } = await step.run(state, { x, rateScale });
    if (i > 0) times.push(performance.now() - started);
    losses.push(outputs.loss!.data[0]!);
  }
  await bringHome(state); // that numbers come back is part of the trial
  await step.release();
  return { losses, ms: Math.min(...times) };
}

/** A network that must learn to give its input back. */
export function trialStep({ images, channels }: Size): StepGraph {
  const graph = createGraph();
  const x = graph.input("x", images);
  const layer = (from: Value, name: string, count: number = channels) =>
    conv2d(from, graph.parameter(name, [count, from.shape[1]!, 3, 3], heInit()), { padding: 1 });
  const fine = relu(layer(x, "first")); // [N, C, H, W]
  const coarse = relu(layer(maxPool2d(fine), "middle")); // [N, C, H/2, W/2]
  const joined = relu(layer(add(fine, upsampleNearest2d(coarse)), "join")); // [N, C, H, W]
  const loss = mean(square(sub(layer(joined, "last", 1), x)));
  const parameters = graph.parameters();
  adam({ learningRate: 1e-3 }).update(graph, { name: "adam", parameters, gradients: gradient(loss, parameters) });
  return { graph, outputs: { loss } };
}
