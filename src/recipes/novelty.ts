import type { Plane } from "../core/plane.ts";
import { dihedralVariants } from "../image/dihedral.ts";
import { nearestPairsSheet } from "../image/nearest-pairs-sheet.ts";
import type { RgbImage } from "../image/rgb-image.ts";
import type { NoveltyAudit } from "../metrics/novelty.ts";
import type { NoveltyRecord } from "./record.ts";

/** Pairs that are shown. */
const SHOWN = 8;

/** The generated images closest to the training set beside what they are most like; the sets are those of the audit. */
export function closestPairsSheet(
  audit: NoveltyAudit,
  generated: readonly Plane[],
  trainingImages: readonly Plane[],
): RgbImage {
  return nearestPairsSheet(
    audit.closest.slice(0, SHOWN).map((index) => {
      const { training, variant, y, x } = audit.images[index]!.nearest;
      return {
        generated: generated[index]!,
        training: trainingImages[training]!,
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
