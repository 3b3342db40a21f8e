import { emptyLabelMap, type LabelMap } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { type Distribution, draw } from "../distribution.ts";
import { emptyFootprint, type Footprint, type Outline, outline, radiusAt, trace } from "./outline.ts";

/** Size, elongation and brightness of one nucleus, kept together because they go together in real cells. */
export interface NucleusTraits {
  /** Diameter of the disc of the same area, in pixels. */
  readonly diameterPx: number;
  /** Long axis divided by short axis. */
  readonly aspect: number;
  /** Brightness against a typical nucleus, which has 1. */
  readonly level: number;
}

/** Which nuclei there are and where they lie. All lengths in pixels of the image being made. */
export interface PlacementSettings {
  /** Traits drawn one by one, or whole nuclei resampled from those measured in an image. */
  readonly traits:
    | { readonly diameterPx: Distribution; readonly aspect: Distribution; readonly level: Distribution }
    | { readonly resampled: readonly NucleusTraits[] };
  /** Share of the image area that nuclei cover, 0…1. Beyond about 0.75 no more fit without breaking `overlapLimit`. */
  readonly coverage: Distribution;
  /** Share of nuclei placed against another one. */
  readonly touchingShare: number;
  /** Share of nuclei placed near another one, within about a diameter: 0 is an even spread, 0.8 islands. */
  readonly clusteredShare: number;
  /** A nucleus never hides or loses a larger share of a nucleus than this. */
  readonly overlapLimit: number;
  /** Irregularity of outlines, see `OutlineOptions`. */
  readonly roughness: Distribution;
  /** Bean shape of outlines, see `OutlineOptions`. */
  readonly bend: Distribution;
}

/** One nucleus at its place. */
export interface PlacedNucleus {
  readonly x: number;
  readonly y: number;
  readonly shape: Outline;
  readonly level: number;
}

/** A field of nuclei before any of them shines. */
export interface Placement {
  /** Labels 1…n; where two nuclei overlap, a pixel belongs to the one it lies deeper inside. */
  readonly labels: LabelMap;
  /** Every nucleus that reaches into the image, also those too cut off to have a label. */
  readonly nuclei: readonly PlacedNucleus[];
}

/** Size of the field to fill. */
export interface FieldOptions {
  readonly height: number;
  readonly width: number;
  /** Factor on all lengths of the settings: 0.5 makes the nuclei half as wide, and more of them. Default 1. */
  readonly scale?: number;
  readonly random: Random;
}

/** Failed attempts in a row after which the field counts as full. */
const PATIENCE = 40;
/** Nuclei of which less than this share is visible (image edge, or under another) get no label. */
const LEAST_VISIBLE_SHARE = 0.05;
/** Free nuclei keep at least this many pixels from any other. */
const GAP_PX = 1.5;

function traitsOf(traits: PlacementSettings["traits"], random: Random): NucleusTraits {
  if (!("resampled" in traits))
    return {
      diameterPx: draw(traits.diameterPx, random),
      aspect: Math.max(1, draw(traits.aspect, random)),
      level: draw(traits.level, random),
    };
  // A little blur keeps the resampled population from being a handful of exact copies.
  const { diameterPx, aspect, level } = random.pick(traits.resampled);
  return {
    diameterPx: diameterPx * random.between(0.95, 1.05),
    aspect: 1 + (aspect - 1) * random.between(0.9, 1.1),
    level: level * random.between(0.95, 1.05),
  };
}

/** Largest share that the candidate would take from a nucleus already there, or lose to it. */
function overlapShare({ count, index, outsidePx }: Footprint, labels: Uint32Array, areas: readonly number[]): number {
  const hidden = new Map<number, number>();
  let area = 0;
  for (let i = 0; i < count; i++) {
    if (outsidePx[i]! > 0) continue;
    area++;
    const label = labels[index[i]!]!;
    if (label > 0) hidden.set(label, (hidden.get(label) ?? 0) + 1);
  }
  let worst = 0;
  for (const [label, pixels] of hidden) worst = Math.max(worst, pixels / Math.max(1, Math.min(area, areas[label]!)));
  return worst;
}

/** Consecutive labels without the nuclei of which almost nothing is to be seen. */
function visibleLabels(labels: LabelMap, nuclei: readonly PlacedNucleus[]): LabelMap {
  const visible = new Float64Array(nuclei.length + 1);
  for (let i = 0; i < labels.data.length; i++) visible[labels.data[i]!]!++;
  const renamed = new Uint32Array(nuclei.length + 1);
  let count = 0;
  nuclei.forEach(({ shape }, i) => {
    const area = (Math.PI / 4) * shape.diameterPx ** 2;
    if (visible[i + 1]! > Math.max(2, LEAST_VISIBLE_SHARE * area)) renamed[i + 1] = ++count;
  });
  return { ...labels, data: labels.data.map((label) => renamed[label]!) };
}

/**
 * Lays nuclei out one by one until they cover the wanted share of the image.
 *
 * Each is placed freely, near another, or against another; a place that would overlap too much is given up and another is tried.
 * The last nucleus is kept with the probability that makes the expected coverage exact. Centres may lie outside the image, so
 * cut nuclei at its edge are as frequent as in a real field.
 *
 * @returns labels `[H, W]` and the nuclei that made them
 */
export function placement(settings: PlacementSettings, { height, width, scale = 1, random }: FieldOptions): Placement {
  const labels = emptyLabelMap(height, width);
  const depth = new Float32Array(height * width).fill(Infinity); // distance outside the nucleus that owns the pixel
  const footprint = emptyFootprint(height * width);
  const nuclei: PlacedNucleus[] = [];
  const areas = [0];
  const target = draw(settings.coverage, random) * height * width;
  let covered = 0;
  let failures = 0;

  while (covered < target && failures < PATIENCE) {
    const traits = traitsOf(settings.traits, random);
    const { aspect, level } = traits;
    const diameterPx = traits.diameterPx * scale;
    const [roughness, bend] = [draw(settings.roughness, random), draw(settings.bend, random)];
    const shape = outline({ diameterPx, aspect, roughness, bend }, random);
    const kind = random.uniform();
    // The first centre lies inside, so that not even a small field comes out empty.
    const margin = nuclei.length > 0 ? diameterPx / 2 : 0;
    const parent = nuclei.length > 0 ? random.pick(nuclei) : undefined;
    const touching = kind < settings.touchingShare;
    let x = random.between(-margin, width - 1 + margin);
    let y = random.between(-margin, height - 1 + margin);
    if (parent && kind < settings.touchingShare + settings.clusteredShare) {
      const angle = random.between(0, 2 * Math.PI);
      const contact =
        radiusAt(parent.shape, angle - parent.shape.orientation) + radiusAt(shape, angle + Math.PI - shape.orientation);
      const gap = touching ? random.between(-0.05, 0.03) : -0.35 * Math.log(1 - random.uniform()) + 0.05;
      x = parent.x + Math.cos(angle) * (contact + gap * diameterPx);
      y = parent.y + Math.sin(angle) * (contact + gap * diameterPx);
    }
    if (x < -margin || y < -margin || x > width - 1 + margin || y > height - 1 + margin) {
      failures++;
      continue;
    }

    // When the field is nearly full, a free place is no longer found: being pressed against others is what cells do then.
    const crowded = failures > PATIENCE / 2;
    trace(footprint, shape, { x, y, height, width, marginPx: touching || crowded ? 0 : GAP_PX });
    const isFree = footprint.index.subarray(0, footprint.count).every((pixel) => labels.data[pixel] === 0);
    const fits =
      isFree || ((touching || crowded) && overlapShare(footprint, labels.data, areas) < settings.overlapLimit);
    if (!fits || footprint.count === 0) {
      failures++;
      continue;
    }
    failures = 0;

    const area = footprint.outsidePx
      .subarray(0, footprint.count)
      .reduce((sum, outside) => sum + (outside <= 0 ? 1 : 0), 0);
    if (nuclei.length > 0 && target - covered < area * random.uniform()) break;
    nuclei.push({ x, y, shape, level });
    areas.push(area);
    for (let i = 0; i < footprint.count; i++) {
      const pixel = footprint.index[i]!;
      const outside = footprint.outsidePx[i]!;
      if (outside > 0 || outside >= depth[pixel]!) continue;
      if (labels.data[pixel] === 0) covered++;
      labels.data[pixel] = nuclei.length;
      depth[pixel] = outside;
    }
  }
  return { labels: visibleLabels(labels, nuclei), nuclei };
}
