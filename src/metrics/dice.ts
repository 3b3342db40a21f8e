import type { LabelMap, Mask } from "../core/plane.ts";
import { maskOverlap } from "./iou.ts";

/** Dice coefficient of two masks `[H, W]`, 2∩/(a + b); two empty masks agree fully: 1. */
export function dice(a: Mask | LabelMap, b: Mask | LabelMap): number {
  const { intersection, pixelsA, pixelsB } = maskOverlap(a, b);
  return pixelsA + pixelsB === 0 ? 1 : (2 * intersection) / (pixelsA + pixelsB);
}
