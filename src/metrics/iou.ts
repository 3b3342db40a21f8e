import type { LabelMap, Mask } from "../core/plane.ts";
import { requireSameSize } from "../image/require-same-size.ts";

/** Pixels that two masks share, and the pixels of each. */
export interface MaskOverlap {
  readonly intersection: number;
  readonly pixelsA: number;
  readonly pixelsB: number;
}

/**
 * Shared pixels of two masks; every non-zero pixel counts as inside, so label maps serve as masks of all their objects.
 *
 * @throws {@link ShapeError} when the masks differ in size
 */
export function maskOverlap(a: Mask | LabelMap, b: Mask | LabelMap): MaskOverlap {
  requireSameSize("maskOverlap", a, b);
  let intersection = 0;
  let pixelsA = 0;
  let pixelsB = 0;
  for (let pixel = 0; pixel < a.data.length; pixel++) {
    const inA = a.data[pixel] !== 0;
    const inB = b.data[pixel] !== 0;
    if (inA) pixelsA++;
    if (inB) pixelsB++;
    if (inA && inB) intersection++;
  }
  return { intersection, pixelsA, pixelsB };
}

/** Intersection over union of two masks `[H, W]`, ∩/∪; two empty masks agree fully: 1. */
export function iou(a: Mask | LabelMap, b: Mask | LabelMap): number {
  const { intersection, pixelsA, pixelsB } = maskOverlap(a, b);
  const union = pixelsA + pixelsB - intersection;
  return union === 0 ? 1 : intersection / union;
}
