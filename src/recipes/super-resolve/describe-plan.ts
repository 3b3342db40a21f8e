import type { PlanRow } from "../recipe-kind.ts";
import type { SuperResolveInputs } from "./jobs/context.ts";

/** What the recipe `super-resolve` is going to learn from, score on and train. */
export function describeSuperResolvePlan({
  recipe,
  plan,
  realFolder,
  testFolder,
  degradation,
}: SuperResolveInputs): PlanRow[] {
  const count = (kind: string) => plan.jobs.filter((job) => job.kind === kind).length;
  const standIn = recipe.real === undefined;
  return [
    ["learn from", standIn ? "the stand-in microscope (simulated images, not real ones)" : realFolder],
    [
      "score on",
      standIn
        ? "other images of the stand-in microscope"
        : (testFolder ?? `the bottom ${Math.round(100 * recipe.fields.holdOut)} % of the same images`),
    ],
    ["poor images", degradationText(degradation)],
    [
      "training",
      `${count("fit-diffusion")} × diffusion model of ${plan.diffusionSteps} steps, ${count("fit-super-resolver")} × super-resolver of ${plan.superResolverSteps} steps`,
    ],
  ];
}

/** A degradation in words. */
export function degradationText(degradation: SuperResolveInputs["degradation"]): string {
  if (degradation.kind === "published") return "made as published (Saguy et al. 2024)";
  const { blur, peakPhotons, readNoiseE = 0 } = degradation.settings;
  const sigma = "sigmaPx" in blur ? `${blur.sigmaPx.toFixed(2)} px` : "of the lens";
  const fitted = degradation.each.length > 0 ? `fitted to ${degradation.each.length} pairs: ` : "";
  return `${fitted}blur ${sigma}, ${peakPhotons.toFixed(0)} photons at white, read noise ${readNoiseE.toFixed(1)} electrons`;
}
