import type { DeviceName } from "../../engine/devices.ts";
import { networkPresets } from "../../generators/cyclegan/networks.ts";
import { discriminatorStep, generatorStep } from "../../generators/cyclegan/step.ts";
import { segmenterStep } from "../../tasks/segment/fit.ts";
import { stepSeconds } from "../step-seconds.ts";
import { CROP_PX } from "./canonical-set.ts";
import type { SegmentStepSeconds } from "./plan.ts";
import type { SegmentRecipe } from "./recipe.ts";

/** Seconds that one step of each training of the recipe takes here, with one thread. */
export async function segmentStepSeconds(recipe: SegmentRecipe, device: DeviceName): Promise<SegmentStepSeconds> {
  const settings = {
    networks: networkPresets[recipe.generator.networks],
    cropPx: CROP_PX,
    steps: 100,
    lowPass: recipe.generator.lowPass,
    learningRate: 1e-4,
    cycleWeight: 10,
  };
  const segmenter = await stepSeconds(
    segmenterStep({ batchSize: 6, cropPx: CROP_PX, peakLearningRate: 1e-4, steps: 100 }),
    device,
  );
  const generators = await stepSeconds(generatorStep(settings), device);
  const discriminators = await stepSeconds(discriminatorStep(settings), device);
  return { segmenter: segmenter * 1.15, cyclegan: (generators + discriminators) * 1.1 };
}
