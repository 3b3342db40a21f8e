/**
 * Segmentation of bright nuclei without learning: the classical baseline, and the first look at unlabelled images.
 */
import { emptyLabelMap, type LabelMap, type Mask, type Plane } from "../core/plane.ts";
import { distanceTransform } from "./distance-transform.ts";
import { fillHoles } from "./fill-holes.ts";
import { gaussianBlur } from "./gaussian-blur.ts";
import { withoutSpecks } from "./instance-maps.ts";
import { opening } from "./opening.ts";
import { otsuThreshold } from "./otsu-threshold.ts";
import { peakLocalMaxima } from "./peak-local-maxima.ts";
import { regions } from "./regions.ts";
import { watershed } from "./watershed.ts";

/** Median equivalent diameter in pixels where each object weighs as much as its area, so specks hardly count; NaN without objects. */
export function areaWeightedDiameter(labels: LabelMap): number {
  const bySize = regions(labels).sort((a, b) => a.area - b.area);
  const half = bySize.reduce((sum, { area }) => sum + area, 0) / 2;
  let passed = 0;
  for (const { area, equivalentDiameter } of bySize) {
    passed += area;
    if (passed >= half) return equivalentDiameter;
  }
  return Number.NaN;
}

/** Bright parts: blur, square root (which evens out bright and dim nuclei), Otsu's threshold, holes filled, opened. */
function foreground(plane: Plane): Mask {
  const { data, height, width } = gaussianBlur(plane, 1);
  const lowest = data.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const root = data.map((value) => Math.sqrt(value - lowest));
  const threshold = otsuThreshold(root);
  return opening(fillHoles({ data: Uint8Array.from(root, (value) => (value > threshold ? 1 : 0)), height, width }), 2);
}

/** Parts of a mask, one around each peak of its blurred distance transform; `sigma` and `minDistance` in pixels. */
function partsOf(mask: Mask, distance: Plane, sigma: number, minDistance: number): LabelMap {
  const smooth = gaussianBlur(distance, sigma);
  const markers = emptyLabelMap(mask.height, mask.width);
  for (const [i, { y, x }] of peakLocalMaxima(smooth, { minDistance, threshold: 0.5 }).entries())
    markers.data[y * mask.width + x] = i + 1;
  return watershed({ ...smooth, data: smooth.data.map((value) => -value) }, markers, mask);
}

/**
 * Instances of bright, roundish objects on a darker ground: Otsu's threshold, then a watershed on the distance transform.
 *
 * The watershed runs twice: the first finds the usual diameter, the second blurs by a twelfth of it and lets no two centres be nearer
 * than a quarter of it, so nothing has to be set for the magnification.
 *
 * @param plane grey levels of any range, `[H, W]`
 * @param options.minimumAreaPx smaller objects are dropped
 * @returns labels 1 … n, `[H, W]`
 * @see Otsu, IEEE Trans. Syst. Man Cybern. 9, 62 (1979); Vincent & Soille, IEEE Trans. Pattern Anal. 13, 583 (1991)
 */
export function classicalSegmentation(plane: Plane, { minimumAreaPx = 12 } = {}): LabelMap {
  const mask = foreground(plane);
  const inside = mask.data.reduce((sum, value) => sum + value, 0);
  if (inside === 0 || inside === mask.data.length) return emptyLabelMap(plane.height, plane.width);
  const distance = distanceTransform(mask);
  const diameter = areaWeightedDiameter(partsOf(mask, distance, 2, 5));
  const parts = partsOf(mask, distance, Math.max(1, diameter / 12), Math.max(3, Math.round(diameter / 4)));
  return withoutSpecks(parts, minimumAreaPx);
}
