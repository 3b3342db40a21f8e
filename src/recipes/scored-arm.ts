import type { ArmRecord } from "./record.ts";

/** One way of composing the training set, before it has a score. */
export type Arm = Omit<ArmRecord, "scores">;

/** How one model did on one test image; a recipe adds what it measures. */
export interface ImageScore {
  readonly image: string;
  readonly group: string;
}

/** Per seed, the results of every test image. */
export interface ScoredArm<Scored extends ImageScore> {
  readonly arm: Arm;
  readonly seeds: readonly (readonly Scored[])[];
}
