import type { RecipeKind } from "../recipe-kind.ts";
import type { ScoredArm } from "../scored-arm.ts";
import { composeSegmentRecord } from "./compose-record.ts";
import { describeSegmentPlan } from "./describe-plan.ts";
import { exportSegmenterPackage } from "./export-package.ts";
import type { SegmentInputs } from "./jobs/context.ts";
import { segmenterFiles } from "./jobs/fit-segmenter.ts";
import { segmentJobs } from "./jobs/index.ts";
import type { SegmentScore } from "./jobs/score.ts";
import type { SegmentJobKind } from "./plan.ts";
import type { SegmentRecipe } from "./recipe.ts";
import { judgeSegmentArms } from "./scores.ts";
import { settleSegment } from "./settle.ts";

/** The recipe `segment`: nuclei segmentation from drawn masks and a CycleGAN. */
export const segmentKind: RecipeKind<SegmentRecipe, SegmentInputs> = {
  settle: settleSegment,
  work: (context, job, options) => segmentJobs[job.kind as SegmentJobKind](context, job, options),
  compose: composeSegmentRecord,
  judge: (recipe, scored) => judgeSegmentArms(recipe, scored as readonly ScoredArm<SegmentScore>[]),
  describePlan: describeSegmentPlan,
  modelFile: (folder, arm, seed) => segmenterFiles({ folder }, arm, seed).weights,
  exportPackage: exportSegmenterPackage,
};
