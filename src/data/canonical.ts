import { emptyPlane, type LabelMap, type Plane } from "../core/plane.ts";
import { medianOf } from "../image/median-of.ts";
import { classicalSegmentation } from "../image/otsu-watershed.ts";
import { regions } from "../image/regions.ts";
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

/**
 * Canonical form of an image with bright nuclei on a dark background, from Otsu's threshold and watershed.
 *
 * @param plane grey levels, `[H, W]`; of an image without any object the scale is 1 and the contrast that of its percentiles
 */
export function estimateCanonicalForm(plane: Plane): CanonicalForm {
  const labels = classicalSegmentation(plane);
  const outside = plane.data.filter((_, i) => labels.data[i] === 0);
  const inside = plane.data.filter((_, i) => labels.data[i] !== 0);
  const background = outside.length > 0 ? medianOf(outside) : 0;
  const foreground = inside.length > 0 ? medianOf(inside) : background + 1;
  const diameterPx = areaWeightedDiameter(labels);
  return {
    diameterPx,
    background,
    foreground: foreground > background ? foreground : background + 1,
    scale: Math.min(SCALE.most, Math.max(SCALE.least, CANONICAL_DIAMETER_PX / diameterPx)),
  };
}

/** Diameter at which half of the labelled area lies in smaller objects. Specks hardly count, and neither do splinters. */
function areaWeightedDiameter(labels: LabelMap): number {
  const ascending = regions(labels).sort((a, b) => a.area - b.area);
  const half = ascending.reduce((sum, { area }) => sum + area, 0) / 2;
  let below = 0;
  for (const { area, equivalentDiameter } of ascending) {
    below += area;
    if (below >= half) return equivalentDiameter;
  }
  return CANONICAL_DIAMETER_PX;
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
