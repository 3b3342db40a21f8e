import type { PlanRow } from "../recipe-kind.ts";
import type { SegmentInputs } from "./jobs/context.ts";

/** What the recipe `segment` is going to learn from, score on and train. */
export function describeSegmentPlan(inputs: SegmentInputs): PlanRow[] {
  const { plan } = inputs;
  const count = (kind: string) => plan.jobs.filter((job) => job.kind === kind).length;
  const names = plan.variants.map(({ name }) => name).join(", ");
  const generators = `${count("fit-cyclegan")} × CycleGAN of ${plan.cycleganSteps} steps (${names})`;
  const segmenters = `${count("fit-segmenter")} × segmenter of ${plan.segmenterSteps} steps`;
  return [
    ["learn from", learnedFrom(inputs)],
    ["score on", scoredOn(inputs)],
    ["training", plan.variants.length > 0 ? `${generators}, ${segmenters}` : segmenters],
  ];
}

function learnedFrom({ recipe, realFolder }: SegmentInputs): string {
  return recipe.real === undefined ? "the stand-in microscope (simulated images, not real ones)" : realFolder;
}

function scoredOn({ recipe, plan, testFolder }: SegmentInputs): string {
  if (!testFolder || plan.jobs.every(({ kind }) => kind !== "score"))
    return "nothing: there are no labelled test images";
  return recipe.real === undefined ? "other images of the stand-in microscope" : testFolder;
}
