import type { RecipeKind } from "../recipe-kind.ts";
import type { ScoredArm } from "../scored-arm.ts";
import { composeSuperResolveRecord } from "./compose-record.ts";
import { describeSuperResolvePlan } from "./describe-plan.ts";
import { exportSuperResolverPackage } from "./export-package.ts";
import { type SuperResolveInputs, superResolverFiles } from "./jobs/context.ts";
import { superResolveJobs } from "./jobs/index.ts";
import type { SuperResolveScore } from "./jobs/score.ts";
import type { SuperResolveJobKind } from "./plan.ts";
import type { SuperResolveRecipe } from "./recipe.ts";
import { judgeSuperResolveArms } from "./scores.ts";
import { settleSuperResolve } from "./settle.ts";

/** The recipe `super-resolve`: a diffusion model makes sharp images, a degradation their poor partners, and both train a super-resolver. */
export const superResolveKind: RecipeKind<SuperResolveRecipe, SuperResolveInputs> = {
  settle: settleSuperResolve,
  work: (context, job, options) => superResolveJobs[job.kind as SuperResolveJobKind](context, job, options),
  compose: composeSuperResolveRecord,
  judge: (recipe, scored) => judgeSuperResolveArms(recipe, scored as readonly ScoredArm<SuperResolveScore>[]),
  describePlan: describeSuperResolvePlan,
  modelFile: (folder, arm, seed) => superResolverFiles(folder, arm, seed).weights,
  exportPackage: exportSuperResolverPackage,
};
