import type { Plane } from "../../core/plane.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import { type NoveltyAudit, noveltyAudit } from "../../metrics/novelty.ts";
import type { Fields } from "./fields.ts";
import type { RealPatch } from "./held-out.ts";

/**
 * Whether generated images are copies of the fields that their generator learned from: each is searched for in them, and so is each held-out
 * patch. Tiles of one recorded image count as fields of their own.
 */
export function auditNovelty(
  generated: readonly Plane[],
  { learn }: Fields,
  heldOut: readonly RealPatch[],
  seed: number,
  work: WorkOptions,
): Promise<NoveltyAudit> {
  return noveltyAudit(
    {
      generated,
      training: learn.map(({ high }) => high),
      heldOut: heldOut.map(({ image }) => image),
      trainingGroups: learn.map(({ name }) => name),
      heldOutGroups: heldOut.map(({ group }) => group),
    },
    random(seed).fork("novelty"),
    work,
  );
}
