import { random } from "../../core/random.ts";
import { disagreementCalibration, ensembleOf } from "../../tasks/super-resolve/ensemble.ts";
import { probeHallucination } from "../../tasks/super-resolve/hallucination-probe.ts";
import { loadSuperResolver } from "../../tasks/super-resolve/model-file.ts";
import { openSuperResolver } from "../../tasks/super-resolve/predict.ts";
import type { ProbeRecord } from "../record.ts";
import type { Fields } from "./fields.ts";
import { type SuperResolveContext, superResolverFiles } from "./jobs/context.ts";
import type { Reconstruction } from "./reconstructions.ts";
import { testPairs } from "./test-pairs.ts";

/** What the models of every arm draw in blank fields, and whether the disagreement of their seeds tells where they are wrong. */
export async function probeModels(
  context: SuperResolveContext,
  fields: Fields,
  reconstructions: readonly Reconstruction[],
): Promise<ProbeRecord[]> {
  const { plan, folder, recipe } = context;
  const structured = testPairs(context, fields)
    .slice(0, 4)
    .map(({ low }) => low);
  const records: ProbeRecord[] = [];
  for (const arm of plan.arms.filter(({ sources }) => sources.length > 0)) {
    const resolver = await openSuperResolver([
      loadSuperResolver(superResolverFiles(folder, arm.name, plan.seeds[0]!).weights),
    ]);
    const { outcome, reasons, levels } = await probeHallucination(resolver, {
      structured,
      random: random(recipe.seed).fork("probe", arm.name),
    });
    await resolver.release();
    const camera = levels.find(({ noiseFactor }) => noiseFactor === 1)!;
    const told = reconstructions.flatMap(({ truth, results }) => {
      const planes = results[arm.name] ?? [];
      return planes.length > 1 ? [disagreementCalibration(ensembleOf(planes), truth).rankCorrelation] : [];
    });
    records.push({
      arm: arm.name,
      blankStructure: camera.after.contrast,
      hallucinates: outcome === "hallucinates",
      sentence: outcome === "quiet" ? "Noise on a blank field is not turned into structure." : reasons.join(" "),
      ...(told.length > 0 ? { disagreementTellsError: told.reduce((sum, value) => sum + value, 0) / told.length } : {}),
    });
  }
  return records;
}
