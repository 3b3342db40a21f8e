import type { LabelMap, Plane } from "../core/plane.ts";
import { requireSameSize } from "../image/require-same-size.ts";
import { type IouMatrix, iouMatrix } from "./iou-matrix.ts";
import { matchedPairs, matching } from "./matching.ts";
import { type ObjectContrast, outlineContrast } from "./outline-contrast.ts";

/**
 * Whether a generated image still shows what its label says.
 *
 * Witnesses that did not make the label (a segmenter trained without this generator, the inverse generator after the
 * image was disturbed) say what they see, and the image itself is asked for contrast along every outline. It takes
 * more than half of the witnesses to overrule the label: an object that they do not see is unconfirmed, one that they
 * all but agree on without a label is missing. Object by object rather than by one F1, because one lost nucleus among
 * thirty moves F1 less than a witness' own mistakes do.
 */

/** A label map of the same image by someone else. */
export interface Witness {
  readonly name: string;
  readonly labels: LabelMap;
}

/** How far one witness agrees with the label. */
export interface WitnessAgreement {
  readonly name: string;
  /** F1@0.5 of the witness' objects against the label's. */
  readonly f1: number;
  /** Objects of the witness minus objects of the label. */
  readonly countDifference: number;
  /**
   * Area of the matched objects, (witness − label) / label: above 0 the witness draws larger outlines; 0 when none
   * match.
   */
  readonly areaBias: number;
}

export type FidelityVerdict = "keep" | "relabel" | "reject";

/** What the audit found about one image. Objects are named by their label. */
export interface LabelFidelity {
  readonly witnesses: readonly WitnessAgreement[];
  readonly contrasts: readonly ObjectContrast[];
  /** Share of judged objects without contrast along their outline. */
  readonly invisibleShare: number;
  /** Labelled objects without contrast. */
  readonly invisible: readonly number[];
  /** Labelled objects that more than half of the witnesses do not see. */
  readonly unconfirmed: readonly number[];
  /** Labelled objects that the witnesses see, but elsewhere: mean IoU below `placedIou`. */
  readonly misplaced: readonly number[];
  /** Visible objects that more than half of the witnesses see and the label lacks. */
  readonly missing: number;
  /** Labelled objects large enough to be judged. */
  readonly judged: number;
  /** Judged objects with nothing against them / (judged + missing), 0…1; 1 when there is nothing to judge. */
  readonly fidelity: number;
  /** How well the witnesses agree on what is there instead, 0…1; see `relabelAbove`. */
  readonly readability: number;
  readonly verdict: FidelityVerdict;
  /** For `"relabel"`: the witness whose map agrees best with the others. */
  readonly relabelFrom?: string;
  /** What is wrong, in plain words; empty when nothing is. */
  readonly reasons: readonly string[];
}

export interface LabelFidelityOptions {
  /** IoU from which two objects are the same. */
  readonly iou?: number;
  /**
   * Mean IoU with the witnesses below which an object is misplaced; a disc moved by a quarter of its diameter has
   * 0.52.
   */
  readonly placedIou?: number;
  /**
   * Smallest contrast that is seen, on the canonical scale (background 0.1, foreground 0.55), as in the trial. Of
   * hand-labelled real nuclei 4 % stay below it in DSB2018, whose dim nuclei lie beside bright ones, and none in
   * BBBC039.
   */
  readonly visibleContrast?: number;
  /** Band on either side of the outline. */
  readonly bandPx?: number;
  /** Smaller pieces, mostly cut off by the border, are not judged; canonical nuclei have 314 px. */
  readonly smallestAreaPx?: number;
  /** Fidelity from which an image is kept as it is. */
  readonly keepAbove?: number;
  /** Readability from which a false label is replaced rather than the image thrown away. */
  readonly relabelAbove?: number;
}

/**
 * Audit of one image against its label.
 *
 * @param image `[H, W]` on the canonical scale
 * @param labels `[H, W]`
 * @param witnesses in any number; with none, only the contrast speaks and nothing can be relabelled
 * @throws {@link ShapeError} when the maps differ in size
 */
export function labelFidelity(
  image: Plane,
  labels: LabelMap,
  witnesses: readonly Witness[],
  options: LabelFidelityOptions = {},
): LabelFidelity {
  const { iou = 0.5, placedIou = 0.6, visibleContrast = 0.08, bandPx = 3 } = options;
  const { smallestAreaPx = 25, keepAbove = 0.9, relabelAbove = 0.8 } = options;
  requireSameSize("labelFidelity", image, labels);

  const matrices = witnesses.map((witness) => iouMatrix(labels, witness.labels));
  const contrasts = outlineContrast(image, labels, { bandPx });
  const areas = areasOf(labels);
  const judged = contrasts.filter(({ label }) => areas.get(label)! >= smallestAreaPx).map(({ label }) => label);
  const contrastOf = new Map(contrasts.map(({ label, contrast }) => [label, contrast]));
  const iousOf = witnessIous(matrices, iou);

  const isInvisible = (label: number) => contrastOf.get(label)! < visibleContrast;
  const seenIn = (label: number) => iousOf.get(label) ?? [];
  const isUnconfirmed = (label: number) => seenIn(label).length < witnesses.length / 2;
  const isMisplaced = (label: number) => seenIn(label).length > 0 && mean(seenIn(label)) < placedIou;
  const invisible = judged.filter(isInvisible);
  const unconfirmed = judged.filter(isUnconfirmed);
  const misplaced = judged.filter((label) => !isUnconfirmed(label) && isMisplaced(label));
  const suspects = new Set([...invisible, ...unconfirmed, ...misplaced]);

  const views = witnesses.map((witness) => viewOf(image, witness, { bandPx, visibleContrast, smallestAreaPx }));
  const missing = missingObjects(views, labels, iou);
  const claims = judged.length + missing;
  const fidelity = claims === 0 ? 1 : (judged.length - suspects.size) / claims;
  const { readability, best } = readabilityOf(views, iou);
  const verdict = fidelity >= keepAbove ? "keep" : readability >= relabelAbove ? "relabel" : "reject";

  const says = (count: number, what: string) => (count > 0 ? [`${count} ${what}`] : []);
  return {
    witnesses: witnesses.map((witness, index) => agreement(witness, labels, matrices[index]!, iou)),
    contrasts,
    invisibleShare: judged.length === 0 ? 0 : invisible.length / judged.length,
    invisible,
    unconfirmed,
    misplaced,
    missing,
    judged: judged.length,
    fidelity,
    readability,
    verdict,
    ...(verdict === "relabel" && best !== undefined ? { relabelFrom: best } : {}),
    reasons: [
      ...says(invisible.length, "labelled without contrast in the image"),
      ...says(unconfirmed.length, "labelled but not seen by the witnesses"),
      ...says(misplaced.length, "labelled beside their place"),
      ...says(missing, "in the image but not in the label"),
    ],
  };
}

function agreement(
  { name, labels: seen }: Witness,
  labels: LabelMap,
  matrix: IouMatrix,
  iou: number,
): WitnessAgreement {
  const pairs = matchedPairs(matrix, iou);
  const total = (areas: readonly number[], side: "truth" | "predicted") =>
    pairs.reduce((sum, pair) => sum + areas[pair[side]]!, 0);
  const labelArea = total(matrix.truthAreas, "truth");
  return {
    name,
    f1: matching(labels, seen, { iou }).f1,
    countDifference: matrix.predictedLabels.length - matrix.truthLabels.length,
    areaBias: labelArea === 0 ? 0 : total(matrix.predictedAreas, "predicted") / labelArea - 1,
  };
}

/** For each label that some witness sees: its IoU with each witness that does. */
function witnessIous(matrices: readonly IouMatrix[], iou: number): Map<number, number[]> {
  const ious = new Map<number, number[]>();
  for (const matrix of matrices)
    for (const pair of matchedPairs(matrix, iou)) {
      const label = matrix.truthLabels[pair.truth]!;
      ious.set(label, [...(ious.get(label) ?? []), pair.iou]);
    }
  return ious;
}

/** A witness' map with what is known of its objects. */
interface View extends Witness {
  /** Objects that are large enough and have contrast in the image. */
  readonly visible: ReadonlySet<number>;
  /** Share of its large enough objects that have contrast. */
  readonly visibleShare: number;
}

function viewOf(
  image: Plane,
  witness: Witness,
  limits: { bandPx: number; visibleContrast: number; smallestAreaPx: number },
): View {
  const areas = areasOf(witness.labels);
  const large = outlineContrast(image, witness.labels, limits).filter(
    ({ label }) => areas.get(label)! >= limits.smallestAreaPx,
  );
  const visible = large.filter(({ contrast }) => contrast >= limits.visibleContrast);
  return {
    ...witness,
    visible: new Set(visible.map(({ label }) => label)),
    visibleShare: large.length === 0 ? 1 : visible.length / large.length,
  };
}

/** Number of visible objects that more than half of the witnesses see, and of which the label covers less than half. */
function missingObjects(views: readonly View[], labels: LabelMap, iou: number): number {
  let missing = 0;
  views.forEach((view, index) => {
    const covered = coverage(view.labels, labels);
    const votes = new Map<number, number>();
    const seenBefore = new Set<number>();
    views.forEach((other, otherIndex) => {
      if (otherIndex === index) return;
      const matrix = iouMatrix(view.labels, other.labels);
      for (const pair of matchedPairs(matrix, iou)) {
        const label = matrix.truthLabels[pair.truth]!;
        votes.set(label, (votes.get(label) ?? 0) + 1);
        // An object counts once: in the first witness that sees it.
        if (otherIndex < index) seenBefore.add(label);
      }
    });
    for (const label of view.visible)
      if (!seenBefore.has(label) && 1 + (votes.get(label) ?? 0) > views.length / 2 && covered.get(label)! < 0.5)
        missing++;
  });
  return missing;
}

/**
 * How surely the image itself can be read: mean F1 of the best witness against the others (1 when it is alone), times
 * the share of its objects that have contrast. Its map is the one to relabel from.
 */
function readabilityOf(views: readonly View[], iou: number): { readability: number; best?: string } {
  let result: { readability: number; best?: string } = { readability: 0 };
  for (const view of views) {
    const others = views.filter((other) => other !== view);
    const consent =
      others.length === 0 ? 1 : mean(others.map((other) => matching(other.labels, view.labels, { iou }).f1));
    const readability = consent * view.visibleShare;
    if (readability > result.readability) result = { readability, best: view.name };
  }
  return result;
}

/** Share of each object's pixels that carry any label. */
function coverage(objects: LabelMap, labels: LabelMap): Map<number, number> {
  const covered = new Map<number, number>();
  objects.data.forEach((object, pixel) => {
    if (object !== 0 && labels.data[pixel] !== 0) covered.set(object, (covered.get(object) ?? 0) + 1);
  });
  return new Map([...areasOf(objects)].map(([object, area]) => [object, (covered.get(object) ?? 0) / area]));
}

function areasOf(labels: LabelMap): Map<number, number> {
  const areas = new Map<number, number>();
  for (const label of labels.data) if (label !== 0) areas.set(label, (areas.get(label) ?? 0) + 1);
  return areas;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
