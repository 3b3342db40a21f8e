import { emptyPlane, type LabelMap, type Mask, type Plane } from "../core/plane.ts";
import { components } from "./components.ts";
import { distanceTransform } from "./distance-transform.ts";
import { labelsAround } from "./labels-around.ts";
import { regions } from "./regions.ts";
import { relabel } from "./relabel.ts";
import { watershed } from "./watershed.ts";

/**
 * Instances as three pictures that a network can learn and a generator can be given, all in [0, 1].
 *
 * Interior is foreground without border; the border keeps nuclei apart where they touch.
 */
export interface InstanceMaps {
  /** 1 inside any object. */
  readonly foreground: Plane;
  /** 1 on pixels of an object with another object among their 8 neighbours. */
  readonly border: Plane;
  /** Euclidean distance to the nearest pixel that is not of this object, over its largest value in the object. */
  readonly distance: Plane;
}

/** Instance maps of a label map, `[H, W]` each. */
export function instanceMaps(labels: LabelMap): InstanceMaps {
  const { height, width, data } = labels;
  const foreground = emptyPlane(height, width);
  const border = emptyPlane(height, width);
  const distance = emptyPlane(height, width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const label = data[y * width + x]!;
      if (label === 0) continue;
      foreground.data[y * width + x] = 1;
      if (labelsAround(labels, y, x).size > 0) border.data[y * width + x] = 1;
    }
  for (const { label, y0, x0, y1, x1 } of regions(labels)) writeDistance(distance, labels, label, y0, x0, y1, x1);
  return { foreground, border, distance };
}

/** Distance of one object, computed in its bounding box with one pixel of background around. */
function writeDistance(
  distance: Plane,
  labels: LabelMap,
  label: number,
  y0: number,
  x0: number,
  y1: number,
  x1: number,
): void {
  const height = y1 - y0 + 2;
  const width = x1 - x0 + 2;
  const mask: Mask = { data: new Uint8Array(height * width), height, width };
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++)
      if (labels.data[y * labels.width + x] === label) mask.data[(y - y0 + 1) * width + (x - x0 + 1)] = 1;
  const inside = distanceTransform(mask).data;
  const largest = inside.reduce((best, value) => Math.max(best, value), 0);
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++)
      if (labels.data[y * labels.width + x] === label)
        distance.data[y * labels.width + x] = inside[(y - y0 + 1) * width + (x - x0 + 1)]! / largest;
}

/** How maps are read back as instances. */
export interface InstanceOptions {
  /** Foreground above this belongs to an object. */
  readonly foregroundThreshold?: number;
  /** Distance above this, off the border, is the core of an object. */
  readonly seedThreshold?: number;
  /** Smaller objects are dropped; in pixels. */
  readonly minimumAreaPx?: number;
}

/**
 * Instances from predicted maps: cores are seeds, watershed on the distance assigns the rest of the foreground.
 *
 * A piece of foreground without any core becomes one object, so that small nuclei are not lost.
 */
export function instancesFromMaps(maps: InstanceMaps, options: InstanceOptions = {}): LabelMap {
  const { foregroundThreshold = 0.5, seedThreshold = 0.5, minimumAreaPx = 8 } = options;
  const { height, width } = maps.foreground;
  const mask: Mask = { data: new Uint8Array(height * width), height, width };
  const cores: Mask = { data: new Uint8Array(height * width), height, width };
  for (let i = 0; i < mask.data.length; i++) {
    if (maps.foreground.data[i]! <= foregroundThreshold) continue;
    mask.data[i] = 1;
    if (maps.distance.data[i]! > seedThreshold && maps.border.data[i]! < 0.5) cores.data[i] = 1;
  }
  const seeds = components(cores, { connectivity: 8 });
  addPiecesWithoutCore(seeds, mask);
  const priority: Plane = { data: maps.distance.data.map((value) => -value), height, width };
  return withoutSpecks(watershed(priority, seeds, mask), minimumAreaPx);
}

/** Turns every piece of the mask that holds no seed into a seed of its own. */
function addPiecesWithoutCore(seeds: LabelMap, mask: Mask): void {
  const pieces = components(mask, { connectivity: 4 });
  const hasCore = new Set<number>();
  let largest = 0;
  for (let i = 0; i < seeds.data.length; i++) {
    if (seeds.data[i] === 0) continue;
    hasCore.add(pieces.data[i]!);
    largest = Math.max(largest, seeds.data[i]!);
  }
  for (let i = 0; i < seeds.data.length; i++) {
    const piece = pieces.data[i]!;
    if (piece !== 0 && !hasCore.has(piece)) seeds.data[i] = largest + piece;
  }
}

/** Label map without the objects below an area, numbered 1…n again. */
export function withoutSpecks(labels: LabelMap, minimumAreaPx: number): LabelMap {
  const area = new Map<number, number>();
  for (const label of labels.data) if (label !== 0) area.set(label, (area.get(label) ?? 0) + 1);
  const data = labels.data.map((label) => (label !== 0 && area.get(label)! < minimumAreaPx ? 0 : label));
  return relabel({ ...labels, data });
}
