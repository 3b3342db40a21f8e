import { emptyPlane, type LabelMap, type Plane } from "../core/plane.ts";
import { medianOf } from "../image/median-of.ts";
import { areaWeightedDiameter, classicalSegmentation } from "../image/otsu-watershed.ts";
import { percentile } from "../image/percentile.ts";
import { resizeLabels } from "../image/resize-labels.ts";
import { resizePlane } from "../image/resize-plane.ts";

/**
 * Canonical form: nuclei about 20 px across, background 0.1, typical nucleus 0.55, whatever the magnification and the camera.
 *
 * It is estimated from each image by itself and without labels, so that one network and one simulator serve all images.
 */
export interface CanonicalForm {
  /** Area-weighted median diameter of the objects, in the image's own pixels. */
  readonly diameterPx: number;
  /** Grey level of the background. */
  readonly background: number;
  /** Grey level of a typical nucleus. */
  readonly foreground: number;
  /** Canonical pixels per pixel of the image. */
  readonly scale: number;
}

/** Diameter of nuclei in canonical form. */
export const CANONICAL_DIAMETER_PX = 20;

const BACKGROUND = 0.1;
const CONTRAST = 0.45;
/** Images are neither shrunk nor enlarged beyond this. */
const SCALE = { least: 0.35, most: 1.8 };

/** Median of the pixels whose label is, or is not, background; `NaN` when there are none. */
function medianWhere({ data }: Plane, labels: LabelMap, isInside: boolean): number {
  return medianOf(data.filter((_, i) => labels.data[i]! > 0 === isInside));
}

/**
 * Canonical form of an image, with the objects that it was estimated from (at the image's own size).
 *
 * @param plane grey levels of bright nuclei on a dark background, `[H, W]`; without any object the form leaves the size as it is
 */
export function canonicalEstimate(plane: Plane): { readonly form: CanonicalForm; readonly labels: LabelMap } {
  const labels = classicalSegmentation(plane);
  const diameterPx = areaWeightedDiameter(labels);
  if (Number.isNaN(diameterPx)) {
    const background = medianOf(plane);
    const foreground = Math.max(percentile(plane, 99.9), background + 1);
    return { form: { diameterPx: CANONICAL_DIAMETER_PX, background, foreground, scale: 1 }, labels };
  }
  const background = medianWhere(plane, labels, false);
  const foreground = medianWhere(plane, labels, true);
  const scale = Math.min(SCALE.most, Math.max(SCALE.least, CANONICAL_DIAMETER_PX / diameterPx));
  // Contrast is positive by construction of the threshold; the guard is for images of rounding errors.
  return { form: { diameterPx, background, foreground: Math.max(foreground, background + 1e-6), scale }, labels };
}

/**
 * Canonical form of an image, from Otsu's threshold and a watershed; no label is used.
 *
 * @param plane grey levels of bright nuclei on a dark background, `[H, W]`
 */
export function estimateCanonicalForm(plane: Plane): CanonicalForm {
  return canonicalEstimate(plane).form;
}

/** Image in canonical form, `[H, W]` grey levels → `[h, w]` in 0…1. */
export function toCanonical(plane: Plane, { background, foreground, scale }: CanonicalForm): Plane {
  const [height, width] = canonicalSize(plane, scale);
  const resized = resizePlane(plane, height, width, { method: scale < 1 ? "area" : "bilinear" });
  const canonical = emptyPlane(height, width);
  const gain = CONTRAST / (foreground - background);
  resized.data.forEach((grey, i) => {
    canonical.data[i] = Math.min(1, Math.max(0, BACKGROUND + gain * (grey - background)));
  });
  return canonical;
}

/** Labels at the size of the canonical image, `[H, W]` → `[h, w]`. */
export function labelsToCanonical(labels: LabelMap, { scale }: CanonicalForm): LabelMap {
  const [height, width] = canonicalSize(labels, scale);
  return resizeLabels(labels, height, width);
}

function canonicalSize(
  { height, width }: { readonly height: number; readonly width: number },
  scale: number,
): [number, number] {
  return [Math.max(8, Math.round(height * scale)), Math.max(8, Math.round(width * scale))];
}
