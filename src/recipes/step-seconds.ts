import { random } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import { tensor } from "../core/tensor.ts";
import type { StepGraph } from "../engine/step.ts";
import { compileStep, initialState } from "../engine/step.ts";
import { networkPresets } from "../generators/cyclegan/networks.ts";
import { discriminatorStep, generatorStep } from "../generators/cyclegan/step.ts";
import { segmenterStep } from "../tasks/segment/fit.ts";
import { CROP_PX } from "./canonical-set.ts";
import type { StepSeconds } from "./plan.ts";
import type { SegmentRecipe } from "./recipe.ts";

/** Runs of each step; the first ones warm up and are not counted. */
const RUNS = { warmUp: 2, counted: 3 };

/** Seconds that one step of each training takes here, measured on noise with one thread; a few seconds of work. */
export async function stepSeconds(recipe: SegmentRecipe): Promise<StepSeconds> {
  const settings = {
    networks: networkPresets[recipe.generator.networks],
    cropPx: CROP_PX,
    steps: 100,
    lowPass: recipe.generator.lowPass,
    learningRate: 1e-4,
    cycleWeight: 10,
  };
  const segmenter = await medianSeconds(
    segmenterStep({ batchSize: 6, cropPx: CROP_PX, peakLearningRate: 1e-4, steps: 100 }),
  );
  const generators = await medianSeconds(generatorStep(settings));
  const discriminators = await medianSeconds(discriminatorStep(settings));
  return { segmenter: segmenter * 1.15, cyclegan: (generators + discriminators) * 1.1 };
}

async function medianSeconds(target: StepGraph): Promise<number> {
  const step = await compileStep(target, { threads: 1 });
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
  return seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)]!;
}
