import type { BaseRecipe } from "./base-recipe.ts";
import { elapsed } from "./elapsed.ts";
import { packageVersion, peakMemoryMb } from "./machine.ts";
import type { RunRecord } from "./record.ts";
import type { RunFolder } from "./run-folder.ts";

/** What the record of any recipe says of its run; empty lists for what only some recipes look at, to be filled by those that do. */
export async function recordFrame(
  { recipe, folder }: { readonly recipe: BaseRecipe; readonly folder: RunFolder },
  { command, machine }: Pick<RunRecord, "command" | "machine">,
) {
  const { startedAt, seconds } = await elapsed(folder);
  return {
    schemaVersion: 1,
    title: recipe.title,
    fantascope: packageVersion(),
    command,
    startedAt,
    finishedAt: new Date().toISOString(),
    seconds,
    peakMemoryMb: peakMemoryMb(),
    machine,
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
