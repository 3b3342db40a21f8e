import type { Plan } from "./recipe-kind.ts";
import type { TrainingRecord } from "./record.ts";
import type { RunFolder } from "./run-folder.ts";

/** Losses of all trainings of a run: those of its jobs whose kind begins with `fit-`, in the order of the plan. */
export async function trainingRecords({
  plan,
  folder,
}: {
  readonly plan: Plan;
  readonly folder: RunFolder;
}): Promise<TrainingRecord[]> {
  const jobs = plan.jobs.filter(({ kind }) => kind.startsWith("fit-"));
  const found = await Promise.all(jobs.map(({ id }) => folder.readJson<TrainingRecord>("checkpoints", `${id}.json`)));
  return found.filter((training) => training !== undefined);
}
