import type { BaseRecipe } from "./base-recipe.ts";
import { elapsed } from "./elapsed.ts";
import { packageVersion } from "./machine.ts";
import type { Circumstances, RunRecord } from "./record.ts";
import type { RunFolder } from "./run-folder.ts";

/** What the record of any recipe says of its run; empty lists for what only some recipes look at, to be filled by those that do. */
export async function recordFrame(
  { recipe, folder }: { readonly recipe: BaseRecipe; readonly folder: RunFolder },
  made: Circumstances,
) {
  const { startedAt, seconds } = await elapsed(folder);
  return {
    schemaVersion: 1,
    title: recipe.title,
    fantascope: packageVersion(),
    ...made,
    startedAt,
    finishedAt: new Date().toISOString(),
    seconds,
    audits: [],
    steganography: [],
    realism: [],
    novelty: [],
    profiles: [],
    probes: [],
    descriptors: [],
    learningCurves: [],
    facts: [],
  } satisfies Partial<RunRecord>;
}
