import type { Plane } from "../../core/plane.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import { dihedralVariants } from "../../image/dihedral.ts";
import { nearestPairsSheet } from "../../image/nearest-pairs-sheet.ts";
import type { RgbImage } from "../../image/rgb-image.ts";
import { type NoveltyAudit, noveltyAudit } from "../../metrics/novelty.ts";
import type { NoveltyRecord } from "../record.ts";
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

/** Pairs that are shown. */
const SHOWN = 8;

/** The generated images closest to the training set beside what they are most like. */
export function closestPairsSheet(audit: NoveltyAudit, generated: readonly Plane[], { learn }: Fields): RgbImage {
  return nearestPairsSheet(
    audit.closest.slice(0, SHOWN).map((index) => {
      const { training, variant, y, x } = audit.images[index]!.nearest;
      return {
        generated: generated[index]!,
        training: learn[training]!.high,
        variant: dihedralVariants[variant]!,
        y,
        x,
        searchedPx: audit.searchedPx,
      };
    }),
  );
}

/** What the record says of an audit. */
export function noveltyRecord(generator: string, audit: NoveltyAudit): NoveltyRecord {
  const { outcome, sentence, pValue, copies, counts, images, heldOutScores } = audit;
  return {
    generator,
    images: counts.generated,
    trainingImages: counts.training,
    heldOutImages: counts.heldOut,
    outcome,
    sentence,
    pValue,
    copies,
    similarity: {
      generated: images.map(({ nearest }) => nearest.similarity),
      heldOut: [...(heldOutScores.similarity ?? [])],
    },
  };
}
