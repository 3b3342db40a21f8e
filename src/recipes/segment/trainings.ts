import type { StepGraph } from "../../engine/step.ts";
import { networkPresets } from "../../generators/cyclegan/networks.ts";
import { discriminatorStep, generatorStep } from "../../generators/cyclegan/step.ts";
import { segmenterStep } from "../../tasks/segment/fit.ts";
import { generatorVariants } from "./arms.ts";
import { CROP_PX } from "./canonical-set.ts";
import type { SegmentRecipe } from "./recipe.ts";

/** Steps of each training of a recipe; none of a generator where it has none. */
export interface SegmentTrainings {
  readonly segmenter: StepGraph;
  readonly cyclegan: readonly StepGraph[];
}

/** Steps of the recipe's trainings, as large as the real ones; rates and lengths do not matter to what they cost. */
export function segmentTrainings(recipe: SegmentRecipe): SegmentTrainings {
  const settings = {
    networks: networkPresets[recipe.generator.networks],
    cropPx: CROP_PX,
    steps: 100,
    lowPass: recipe.generator.lowPass,
    learningRate: 1e-4,
    cycleWeight: 10,
    imageCycle: recipe.generator.imageCycle,
  };
  return {
    segmenter: segmenterStep({ batchSize: 6, cropPx: CROP_PX, peakLearningRate: 1e-4, steps: 100 }),
    cyclegan: generatorVariants(recipe).length > 0 ? [generatorStep(settings), discriminatorStep(settings)] : [],
  };
}
