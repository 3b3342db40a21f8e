import type { LabelMap, Mask, Plane } from "../core/plane.ts";
import { distanceTransform } from "../image/distance-transform.ts";
import { gaussianBlur } from "../image/gaussian-blur.ts";
import { histogram } from "../image/histogram.ts";
import { medianOf } from "../image/median-of.ts";
import { percentile } from "../image/percentile.ts";
import { powerSpectrum } from "../image/power-spectrum.ts";
import { type Region, regions } from "../image/regions.ts";
import { CANONICAL } from "./canonical-scene.ts";
import { noiseLevel } from "./noise-level.ts";
import { objects } from "./objects.ts";

/**
 * What a microscopist would say of an image in canonical form (background 0.1, median nucleus 0.55, nuclei about 20 px wide).
 *
 * Lengths are in canonical pixels. Brightness is relative: 0 is the background, 1 a typical nucleus. Numbers that an image does
 * not tell (a halo where no background is left) are `NaN`, so they have to be filtered before they are averaged.
 */
export interface Descriptors {
  /** Of every whole object: diameter of the disc of the same area. */
  readonly diameterPx: readonly number[];
  /** Of every whole object: long axis over short axis. */
  readonly aspect: readonly number[];
  /** Of every whole object that touches no other: how far its outline is from an ellipse, 1 − area / area of that ellipse. */
  readonly irregularity: readonly number[];
  /** Of every whole object: median brightness. */
  readonly level: readonly number[];
  /** Of every object: distance from its centre to the nearest other one. */
  readonly spacingPx: readonly number[];
  /** Share of the image that objects cover. */
  readonly coverage: number;
  /** Objects in 100 × 100 px. */
  readonly density: number;
  /** Share of objects in contact with another. */
  readonly touchingShare: number;
  /** Mean nearest-neighbour distance over that of as many random points (Clark & Evans 1954): 1 random, less clustered. */
  readonly clarkEvans: number;
  /** Share of the pixels in each of 40 bins of canonical values 0…1. */
  readonly histogram: readonly number[];
  /** Standard deviation of the finest detail (diagonal Haar) in the background and inside nuclei: mostly camera noise. */
  readonly backgroundNoise: number;
  readonly nuclearNoise: number;
  /** Standard deviation of the Gaussian blur that would explain how steep outlines are. */
  readonly edgePx: number;
  /** Standard deviation, and skewness, of detail of 1–2.5 px inside nuclei: positive with spots, negative with holes. */
  readonly texture: number;
  readonly textureSkew: number;
  /** Brightness of the middle of nuclei over that of their rim. */
  readonly dome: number;
  /** Brightness 3–6 px outside nuclei above the far background. */
  readonly halo: number;
  /** Standard deviation of the far background over blocks of 24 px. */
  readonly drift: number;
  /** Decimal logarithm of the power at 16 frequencies up to ½ cycle per pixel. */
  readonly powerSpectrum: readonly number[];
}

const BINS = 40;
const BANDS = 16;
const BLOCK_PX = 24;

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

/** Distance from each object's centre to the nearest other one's. */
function nearestDistances(all: readonly Region[]): number[] {
  if (all.length < 2) return [];
  return all.map((a) =>
    all.reduce((least, b) => (a === b ? least : Math.min(least, Math.hypot(a.y - b.y, a.x - b.x))), Infinity),
  );
}

/** Labels that have a pixel beside a pixel of another label. */
function touchingLabels({ data, height, width }: LabelMap): Set<number> {
  const touching = new Set<number>();
  const compare = (a: number, b: number) => {
    if (a === b || a === 0 || b === 0) return;
    touching.add(a).add(b);
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (x + 1 < width) compare(data[i]!, data[i + 1]!);
      if (y + 1 < height) compare(data[i]!, data[i + width]!);
    }
  return touching;
}

/** Width of the blur from the steepest fall of brightness along outlines: a step of height h has slope h / (σ √2π). */
function edgeWidth(contrast: Plane, labels: LabelMap, level: ReadonlyMap<number, number>): number {
  const presmooth = 0.6;
  const { data, height, width } = gaussianBlur(contrast, presmooth);
  const widths: number[] = [];
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const label = labels.data[i]!;
      const around = [i - 1, i + 1, i - width, i + width].map((j) => labels.data[j]!);
      // Outlines against the background only: between touching nuclei there is no step to measure.
      if (label === 0 || !around.includes(0) || around.some((other) => other > 0 && other !== label)) continue;
      const slope = Math.hypot(data[i + 1]! - data[i - 1]!, data[i + width]! - data[i - width]!) / 2;
      if (slope > 0) widths.push((level.get(label) ?? 1) / (slope * Math.sqrt(2 * Math.PI)));
    }
  if (widths.length < 20) return Number.NaN;
  return Math.sqrt(Math.max(0, percentile(widths, 40) ** 2 - presmooth ** 2));
}

/** Standard deviation and skewness of detail between two scales inside nuclei, relative to each nucleus' brightness. */
function texture(
  contrast: Plane,
  labels: LabelMap,
  depth: Plane,
  level: ReadonlyMap<number, number>,
): [number, number] {
  const fine = gaussianBlur(contrast, 0.7);
  const coarse = gaussianBlur(contrast, 2.5);
  const details: number[] = [];
  labels.data.forEach((label, i) => {
    if (label > 0 && depth.data[i]! > 4.5)
      details.push((fine.data[i]! - coarse.data[i]!) / Math.max(0.2, level.get(label)!));
  });
  if (details.length < 50) return [Number.NaN, Number.NaN];
  const mean = meanOf(details);
  const deviation = deviationOf(details);
  return [deviation, meanOf(details.map((value) => ((value - mean) / deviation) ** 3))];
}

/** Mean brightness in the inner and in the outer part of nuclei, as a ratio. */
function dome(contrast: Plane, labels: LabelMap, depth: Plane, level: ReadonlyMap<number, number>): number {
  const deepest = new Map<number, number>();
  labels.data.forEach((label, i) => {
    if (label > 0) deepest.set(label, Math.max(deepest.get(label) ?? 0, depth.data[i]!));
  });
  const inner: number[] = [];
  const outer: number[] = [];
  labels.data.forEach((label, i) => {
    if (label === 0) return;
    const share = depth.data[i]! / deepest.get(label)!;
    const relative = contrast.data[i]! / Math.max(0.2, level.get(label)!);
    if (share > 0.7) inner.push(relative);
    else if (share > 0.3 && share < 0.5 && depth.data[i]! > 2) outer.push(relative);
  });
  return inner.length < 20 || outer.length < 20 ? Number.NaN : meanOf(inner) / meanOf(outer);
}

/** Light close to nuclei, and slow variation far from them. */
function background(contrast: Plane, outside: Plane): { halo: number; drift: number } {
  const { height, width } = contrast;
  const near: number[] = [];
  const far: number[] = [];
  const blocks = new Map<number, number[]>();
  contrast.data.forEach((value, i) => {
    const distance = outside.data[i]!;
    if (distance >= 3 && distance <= 6) near.push(value);
    if (distance < 12) return;
    far.push(value);
    const block =
      Math.floor(Math.floor(i / width) / BLOCK_PX) * Math.ceil(width / BLOCK_PX) + Math.floor((i % width) / BLOCK_PX);
    const list = blocks.get(block);
    if (list) list.push(value);
    else blocks.set(block, [value]);
  });
  const medians = [...blocks.values()].filter((values) => values.length >= BLOCK_PX).map((values) => medianOf(values));
  return {
    halo: near.length < 20 || far.length < 0.02 * height * width ? Number.NaN : medianOf(near) - medianOf(far),
    drift: medians.length < 4 ? Number.NaN : deviationOf(medians),
  };
}

/** Logarithm of the mean power in equally wide bands. */
function bands(plane: Plane): number[] {
  const { frequencyCyclesPerPx, power } = powerSpectrum(plane);
  return Array.from({ length: BANDS }, (_, band) => {
    const inBand = [...power].filter(
      (_, k) => Math.min(BANDS - 1, Math.floor(frequencyCyclesPerPx[k]! * 2 * BANDS)) === band,
    );
    return inBand.length === 0 ? Number.NaN : Math.log10(meanOf(inBand) + 1e-12);
  });
}

/**
 * Descriptors of one image in canonical form, `[H, W]`. Objects are found by plain image analysis; no annotation is used.
 *
 * @see Clark & Evans, Ecology 35, 445 (1954) for `clarkEvans`
 */
export function descriptors(canonical: Plane): Descriptors {
  const { height, width, data } = canonical;
  const contrast: Plane = {
    height,
    width,
    data: data.map((value) => (value - CANONICAL.background) / CANONICAL.contrast),
  };
  const labels = objects(contrast);
  const all = regions(labels);
  const mask: Mask = { height, width, data: Uint8Array.from(labels.data, (label) => (label > 0 ? 1 : 0)) };
  const depth = distanceTransform(labels);
  const outside = distanceTransform({ ...mask, data: mask.data.map((value) => 1 - value) });

  const inside = new Map<number, number[]>(all.map(({ label }) => [label, []]));
  labels.data.forEach((label, i) => {
    if (label > 0) inside.get(label)!.push(contrast.data[i]!);
  });
  const level = new Map([...inside].map(([label, values]) => [label, medianOf(values)]));

  // Objects cut by the edge of the image say nothing of size, unless there are hardly any others.
  const uncut = all.filter((region) => !region.touchesBorder);
  const whole = uncut.length >= 3 ? uncut : all;
  const spacingPx = nearestDistances(all);
  const touching = touchingLabels(labels);
  const pixels = height * width;
  const [textureContrast, textureSkew] = texture(contrast, labels, depth, level);
  return {
    diameterPx: whole.map((region) => region.equivalentDiameter),
    aspect: whole.map((region) => region.majorAxis / Math.max(1, region.minorAxis)),
    irregularity: whole
      .filter((region) => !touching.has(region.label))
      .map((region) => 1 - region.area / ((Math.PI / 4) * region.majorAxis * region.minorAxis)),
    level: whole.map((region) => level.get(region.label)!),
    spacingPx,
    coverage: mask.data.reduce((sum, value) => sum + value, 0) / pixels,
    density: (all.length / pixels) * 10000,
    touchingShare: all.length === 0 ? Number.NaN : touching.size / all.length,
    clarkEvans: all.length < 6 ? Number.NaN : meanOf(spacingPx) / (0.5 * Math.sqrt(pixels / all.length)),
    histogram: Array.from(
      histogram(
        data.map((value) => Math.min(1, Math.max(0, value))),
        { bins: BINS, range: [0, 1] },
      ).counts,
      (count) => count / pixels,
    ),
    backgroundNoise: noiseLevel(contrast, (i) => outside.data[i]! > 3),
    nuclearNoise: noiseLevel(contrast, (i) => depth.data[i]! > 3),
    edgePx: edgeWidth(contrast, labels, level),
    texture: textureContrast,
    textureSkew,
    dome: dome(contrast, labels, depth, level),
    ...background(contrast, outside),
    powerSpectrum: bands(canonical),
  };
}
