/**
 * What each device of this machine does with a training step, and what it brings that its state stays there: npm run bench -- devices
 *
 * Prints one table. The first rows are the trial of `fantascope doctor`; the others one step of Adam on 4 million parameters (48 MB with both
 * moments), with the new state kept on the device and with all of it handed to and fro at every step.
 */

import { parseArgs } from "node:util";
import { random } from "../src/core/random.ts";
import type { Tensor } from "../src/core/tensor.ts";
import { examineDevice } from "../src/engine/devices/examine-device.ts";
import { type DeviceName, devices } from "../src/engine/devices.ts";
import { gradient } from "../src/engine/gradient.ts";
import { createGraph } from "../src/engine/graph.ts";
import { zerosInit } from "../src/engine/initializers.ts";
import { lower } from "../src/engine/lowerings/index.ts";
import { mean, square, sub } from "../src/engine/ops/index.ts";
import { adam } from "../src/engine/optimizers/adam.ts";
import { freeOnDevice, openSession } from "../src/engine/session.ts";
import { initialState, stepResults } from "../src/engine/step.ts";

const { values } = parseArgs({ options: { threads: { type: "string", default: "1" } } });
const threads = Number(values.threads);

const PARAMETERS = 4_000_000;
const RUNS = { warmUp: 2, counted: 9 };

for (const device of Object.keys(devices) as DeviceName[]) {
  const finding = await examineDevice(device, { threads });
  if (!finding.works) {
    console.log(`${device}: ${finding.because}`);
    continue;
  }
  const { stepMs, cpuStepMs, apart } = finding;
  console.log(`${device}: trial step ${ms(stepMs)}, on cpu ${ms(cpuStepMs)}, losses ${apart.toExponential(1)} apart`);
  console.log(
    `${device}: Adam on ${PARAMETERS} parameters, state handed to and fro: ${ms(await adamMs(device, false))}`,
  );
  if (devices[device].keepsResults) console.log(`${device}: the same, state kept: ${ms(await adamMs(device, true))}`);
}

/** Median milliseconds of a step. */
async function adamMs(device: DeviceName, isKept: boolean): Promise<number> {
  const graph = createGraph();
  const x = graph.input("x", [1]);
  const w = graph.parameter("w", [PARAMETERS], zerosInit);
  const loss = mean(square(sub(w, x)));
  adam({ learningRate: 1e-3 }).update(graph, { name: "adam", parameters: [w], gradients: gradient(loss, [w]) });
  const { model } = await lower("auto", graph, stepResults({ graph, outputs: { loss } }), { device });
  const next = [...graph.assignments.keys()].map(({ name }) => [name, `next/${name}`] as const);
  const kept = isKept ? next.map(([, result]) => result) : [];
  const session = await openSession(model, { device, threads, kept });
  const state = initialState([graph], random(0));
  const given: Record<string, Tensor> = { x: scalar(1, [1]), rateScale: scalar(1, []) };
  const times: number[] = [];
  for (let i = 0; i < RUNS.warmUp + RUNS.counted; i++) {
    const started = performance.now();
    const results = await session.run({ ...Object.fromEntries(state), ...given });
    for (const [name, result] of next) {
      freeOnDevice(state.get(name)!);
      state.set(name, results[result]!);
    }
    if (i >= RUNS.warmUp) times.push(performance.now() - started);
  }
  for (const tensor of state.values()) freeOnDevice(tensor);
  await session.release();
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

function scalar(value: number, shape: readonly number[]): Tensor {
  return { data: Float32Array.of(value), shape };
}

function ms(time: number): string {
  return `${time.toPrecision(3)} ms`;
}
