import type { WorkOptions } from "../core/progress.ts";
import type { ChosenDevice } from "../engine/devices/choose-device.ts";
import type { DeviceName } from "../engine/devices.ts";
import type { BaseRecipe } from "./base-recipe.ts";
import type { ModelChoice } from "./exportable-model.ts";
import type { Job } from "./job.ts";
import type { ModelPackage } from "./model-package.ts";
import type { Circumstances, RunRecord } from "./record.ts";
import type { RunFolder } from "./run-folder.ts";
import type { Arm, ImageScore, ScoredArm } from "./scored-arm.ts";

/** A recipe turned into work. Kept in the run folder, so a continued run follows it. */
export interface Plan {
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  readonly workers: number;
  readonly jobs: readonly Job[];
  readonly expectedMinutes: number;
  /** Memory that the run is expected to hold at its peak. */
  readonly expectedMemoryMb: number;
  readonly warnings: readonly string[];
}

/** What is settled before the long work: the recipe, its folders and its plan, as `inputs.json` holds them. */
export interface RunInputs {
  readonly recipe: BaseRecipe;
  readonly plan: Plan;
  /** Where its networks are computed, and why not where they were asked to be; the processor in older folders. */
  readonly device?: ChosenDevice;
}

/** What a recipe is settled with. */
export interface SettleOptions extends WorkOptions {
  /** Where the trainings will run whose time is measured. */
  readonly device: DeviceName;
}

/** What every job of a run reads. */
export type JobContext<Inputs extends RunInputs> = Inputs & Pick<RunInputs, "device"> & { readonly folder: RunFolder };

/** One kind of work: a function of the run folder and the job alone. Its result is plain data. */
export type JobKind<Inputs extends RunInputs> = (
  context: JobContext<Inputs>,
  job: Job,
  options: WorkOptions,
) => Promise<unknown>;

/** Part of a record: what the scores of its arms say. */
export type Judgement = Pick<RunRecord, "arms" | "comparisons" | "verdict" | "learningCurves">;

/** A line of the plan that is shown before the work starts. */
export type PlanRow = readonly [name: string, text: string];

/**
 * What makes an experiment of plain data: how a recipe is settled, what its jobs do, and the record of its results. Everything
 * else (run folder, workers, intervals, report, command line) serves all recipes alike.
 */
export interface RecipeKind<Recipe extends BaseRecipe = BaseRecipe, Inputs extends RunInputs = RunInputs> {
  /** Looks at the data, measures this machine and plans the work. */
  settle(recipe: Recipe, folder: RunFolder, options: SettleOptions): Promise<Inputs>;
  /** Does one job; its result is plain data. */
  work(context: JobContext<Inputs>, job: Job, options: WorkOptions): Promise<unknown>;
  /** Record of a run whose jobs are all done. */
  compose(context: JobContext<Inputs>, made: Circumstances): Promise<RunRecord>;
  /** What the scores of the arms say, of one run or of the folds of a cross-validation put together. */
  judge(recipe: Recipe, scored: readonly ScoredArm<ImageScore>[]): Judgement;
  /** What is learned from, scored on and trained, in words. */
  describePlan(inputs: Inputs): PlanRow[];
  /** Weights of the model of an arm and seed. */
  modelFile(folder: RunFolder, arm: string, seed: number): string;
  /**
   * A trained model of a finished run for other programs.
   *
   * @throws {@link DataError} when the run keeps no model
   * @throws {@link FormatError} when a file of it is damaged
   * @throws {@link RecipeError} for an arm or seed without a model
   */
  exportPackage(folder: RunFolder, record: RunRecord, choice: ModelChoice): Promise<ModelPackage>;
}
