import { random } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import { tensor } from "../core/tensor.ts";
import type { DeviceName } from "../engine/devices.ts";
import type { StepGraph } from "../engine/step.ts";
import { bringHome, compileStep, initialState } from "../engine/step.ts";

/** Runs of each step; the first ones warm up and are not counted. */
const RUNS = { warmUp: 2, counted: 3 };

/**
 * Median seconds of a training step here, measured on noise with one thread; a few seconds of work.
 *
 * Plans take minutes from here and not from `estimateStep`: an estimate is made of the fastest probes and says what an idle machine could do,
 * while these runs meet the load that the training will meet too (docs/engine-measurements.md).
 */
export async function stepSeconds(target: StepGraph, device: DeviceName): Promise<number> {
  const step = await compileStep(target, { threads: 1, device });
  const state = initialState([target.graph], random(0));
  const noise = random(0).fork("inputs");
  const inputs = Object.fromEntries(
    [...target.graph.inputs].map(([name, { shape }]) => [
      name,
      tensor(
        Float32Array.from({ length: sizeOf(shape) }, () => noise.uniform()),
        shape,
      ),
    ]),
  );
  const seconds: number[] = [];
  for (let i = 0; i < RUNS.warmUp + RUNS.counted; i++) {
    const started = performance.now();
    await step.run(state, inputs);
    if (i >= RUNS.warmUp) seconds.push((performance.now() - started) / 1000);
  }
  await step.release();
  await bringHome(state);
  return seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)]!;
}
