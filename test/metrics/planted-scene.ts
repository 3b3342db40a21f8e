import { emptyLabelMap, emptyPlane, type LabelMap, type Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";

/** A nucleus as an ellipse; lengths in pixels. */
export interface Nucleus {
  readonly y: number;
  readonly x: number;
  readonly radiusY: number;
  readonly radiusX: number;
}

/** Nuclei of about 20 px across that keep off one another, some of them nearly touching. */
export function nuclei(random: Random, { size = 160, count = 20 } = {}): Nucleus[] {
  const placed: Nucleus[] = [];
  for (let attempt = 0; attempt < 2000 && placed.length < count; attempt++) {
    const nucleus = {
      y: random.between(8, size - 8),
      x: random.between(8, size - 8),
      radiusY: random.between(8, 12),
      radiusX: random.between(8, 12),
    };
    if (placed.every((other) => Math.hypot(nucleus.y - other.y, nucleus.x - other.x) > 21)) placed.push(nucleus);
  }
  return placed;
}

/** Label map of nuclei, numbered from 1; earlier ones lie on top. */
export function drawn(objects: readonly Nucleus[], size = 160): LabelMap {
  const labels = emptyLabelMap(size, size);
  objects.forEach((nucleus, index) => {
    const { y: cy, x: cx, radiusY, radiusX } = nucleus;
    for (let y = Math.max(0, Math.ceil(cy - radiusY)); y <= Math.min(size - 1, cy + radiusY); y++)
      for (let x = Math.max(0, Math.ceil(cx - radiusX)); x <= Math.min(size - 1, cx + radiusX); x++)
        if (((y - cy) / radiusY) ** 2 + ((x - cx) / radiusX) ** 2 <= 1) labels.data[y * size + x] ||= index + 1;
  });
  return labels;
}

/** Image of a label map on the canonical scale: nuclei of different brightness on 0.1, blurred, with noise. */
export function pictured(labels: LabelMap, random: Random, { noise = 0.03 } = {}): Plane {
  const { height, width } = labels;
  const sharp = emptyPlane(height, width);
  const brightness = new Map<number, number>();
  labels.data.forEach((label, pixel) => {
    if (label !== 0 && !brightness.has(label)) brightness.set(label, 0.45 * random.between(0.6, 1.3));
    sharp.data[pixel] = 0.1 + (brightness.get(label) ?? 0);
  });
  const image = gaussianBlur(sharp, 1.2);
  return { ...image, data: image.data.map((value) => value + noise * random.normal()) };
}

/**
 * What an imperfect witness sees: outlines wrong by a pixel or so, one nucleus in twenty lost, now and then one
 * invented.
 */
export function witnessed(
  objects: readonly Nucleus[],
  random: Random,
  { lost = 0.05, invented = 0.3 } = {},
): Nucleus[] {
  const seen = objects
    .filter(() => random.uniform() >= lost)
    .map((n) => ({
      y: n.y + random.between(-1, 1),
      x: n.x + random.between(-1, 1),
      radiusY: n.radiusY + random.between(-1.5, 1),
      radiusX: n.radiusX + random.between(-1.5, 1),
    }));
  return random.uniform() < invented ? [...seen, ...nuclei(random, { count: 1 })] : seen;
}
