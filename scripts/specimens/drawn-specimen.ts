/** What lies under the simulated microscopes that the package's own networks learn from: nuclei, and plain drawings of what else cells hold. */

import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { percentile } from "../../src/image/percentile.ts";
import { wideBlur } from "../../src/microscope/modalities/wide-blur.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { nuclei } from "../../src/microscope/specimens/nuclei.ts";

/** Kinds of structure, in the order of the class outputs. */
export const STRUCTURES = ["nuclei", "filaments", "spots", "worms", "texture", "membranes"] as const;

/** Name of a kind of structure. */
export type Structure = (typeof STRUCTURES)[number];

/** A specimen before any optics, with what is known about it. */
export interface DrawnSpecimen {
  /** Light of the structure, 0…1 (its brightest hundredth about 1), `[SPECIMEN_PX, SPECIMEN_PX]`. */
  readonly emission: Plane;
  readonly structure: Structure;
  /** Diameter, width, spacing or grain: the length that a microscopist would name. */
  readonly lengthPx: number;
  /** Whether filaments run the same way. */
  readonly isAligned: boolean;
}

/** Edge of the specimens, in pixels. */
export const SPECIMEN_PX = 160;

/** Number between two others, evenly spread in its logarithm. */
export function logBetween(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.uniform();
}

/** A specimen of a random kind with random sizes and density. The same stream gives the same specimen. */
export function drawnSpecimen(random: Random): DrawnSpecimen {
  const structure = random.pick(STRUCTURES);
  const { plane, lengthPx, isAligned = false } = drawings[structure](random);
  const brightest = Math.max(percentile(plane.data, 99.5), 1e-6);
  const data = plane.data.map((value) => Math.min(1.5, Math.max(0, value / brightest)));
  return { emission: { ...plane, data }, structure, lengthPx, isAligned };
}

interface Drawing {
  readonly plane: Plane;
  readonly lengthPx: number;
  readonly isAligned?: boolean;
}

const drawings: Readonly<Record<Structure, (random: Random) => Drawing>> = {
  nuclei(random) {
    const lengthPx = logBetween(random, 7, 48);
    const preset = fluorescenceNuclei().fields[0]!.nuclei;
    const settings = {
      ...preset,
      traits: {
        diameterPx: { logNormal: [lengthPx, random.between(0.05, 0.3)], min: lengthPx / 2, max: lengthPx * 2 },
        aspect: { logNormal: [random.between(1.05, 1.7), 0.18], min: 1, max: 3 },
        level: { logNormal: [1, random.between(0.1, 0.5)], min: 0.25, max: 4 },
      },
      coverage: logBetween(random, 0.04, 0.55),
      touchingShare: random.between(0, 0.5),
      clusteredShare: random.between(0, 0.5),
      chromatin: { ...preset.chromatin, contrast: { uniform: [0.03, random.between(0.05, 0.35)] } },
    } as const;
    const size = { height: SPECIMEN_PX, width: SPECIMEN_PX };
    return { plane: nuclei(settings, { ...size, random: random.fork("nuclei") }).emission, lengthPx };
  },

  filaments(random) {
    const lengthPx = logBetween(random, 0.5, 2.5);
    const isAligned = random.uniform() < 0.4;
    const [main, spread] = [random.between(0, Math.PI), isAligned ? random.between(0.03, 0.2) : Math.PI];
    const persistencePx = logBetween(random, 8, 400);
    const plane = chains(random, {
      count: Math.round(logBetween(random, 4, 90)),
      lengthPx: () => random.between(60, 250),
      persistencePx,
      heading: () => main + spread * random.normal(),
    });
    return { plane: gaussianBlur(plane, lengthPx), lengthPx, isAligned };
  },

  spots(random) {
    const lengthPx = logBetween(random, 0.5, 3.5);
    const plane = emptyPlane(SPECIMEN_PX, SPECIMEN_PX);
    const spread = random.between(0.1, 0.9);
    const count = Math.round(logBetween(random, 15, 900));
    for (let i = 0; i < count; i++)
      splat(plane, random.between(0, SPECIMEN_PX), random.between(0, SPECIMEN_PX), Math.exp(spread * random.normal()));
    return { plane: gaussianBlur(plane, lengthPx), lengthPx };
  },

  worms(random) {
    const lengthPx = logBetween(random, 1, 3);
    const plane = chains(random, {
      count: Math.round(logBetween(random, 20, 300)),
      lengthPx: () => lengthPx * random.between(2, 14),
      persistencePx: lengthPx * random.between(3, 12),
      heading: () => random.between(0, 2 * Math.PI),
    });
    const thick = gaussianBlur(plane, lengthPx);
    const half = percentile(thick.data, 99) / 2;
    return { plane: { ...thick, data: thick.data.map((value) => value / (value + half)) }, lengthPx };
  },

  texture(random) {
    const lengthPx = logBetween(random, 0.8, 14);
    const noise = emptyPlane(SPECIMEN_PX, SPECIMEN_PX);
    for (let i = 0; i < noise.data.length; i++) noise.data[i] = random.normal();
    const waves = wideBlur(noise, lengthPx);
    const spread = Math.sqrt(waves.data.reduce((sum, value) => sum + value * value, 0) / waves.data.length);
    const [steepness, threshold] = [random.between(0.5, 4), random.between(-0.5, 1.5)];
    const data = waves.data.map((value) => 1 / (1 + Math.exp(-steepness * (value / spread - threshold))));
    return { plane: { ...waves, data }, lengthPx };
  },

  membranes(random) {
    const lengthPx = logBetween(random, 9, 45);
    const widthPx = random.between(0.8, 2.5);
    const seeds = Array.from({ length: Math.ceil((SPECIMEN_PX / lengthPx + 2) ** 2) }, () => [
      random.between(-lengthPx, SPECIMEN_PX + lengthPx),
      random.between(-lengthPx, SPECIMEN_PX + lengthPx),
    ]) as [number, number][];
    const filling = random.between(0, 0.4);
    const plane = emptyPlane(SPECIMEN_PX, SPECIMEN_PX);
    for (let y = 0, i = 0; y < SPECIMEN_PX; y++)
      for (let x = 0; x < SPECIMEN_PX; x++, i++) {
        let [nearest, second] = [Infinity, Infinity];
        for (const [seedX, seedY] of seeds) {
          const distance = (x - seedX) ** 2 + (y - seedY) ** 2;
          if (distance < nearest) [nearest, second] = [distance, nearest];
          else if (distance < second) second = distance;
        }
        const fromEdge = (Math.sqrt(second) - Math.sqrt(nearest)) / 2;
        plane.data[i] = filling + (1 - filling) * Math.exp(-((fromEdge / widthPx) ** 2));
      }
    return { plane, lengthPx };
  },
};

interface ChainOptions {
  readonly count: number;
  readonly lengthPx: () => number;
  /** Distance over which a chain forgets its direction: the heading changes by N(0, 1/persistence) per pixel. */
  readonly persistencePx: number;
  readonly heading: () => number;
}

/** Semiflexible chains of random brightness, drawn one pixel wide. */
function chains(random: Random, { count, lengthPx, persistencePx, heading }: ChainOptions): Plane {
  const plane = emptyPlane(SPECIMEN_PX, SPECIMEN_PX);
  const turn = 1 / Math.sqrt(persistencePx);
  for (let chain = 0; chain < count; chain++) {
    let [x, y] = [random.between(-20, SPECIMEN_PX + 20), random.between(-20, SPECIMEN_PX + 20)];
    let angle = heading();
    const light = Math.exp(0.4 * random.normal());
    for (let steps = lengthPx(); steps > 0; steps--) {
      splat(plane, x, y, light);
      [x, y] = [x + Math.cos(angle), y + Math.sin(angle)];
      angle += turn * random.normal();
    }
  }
  return plane;
}

/** Light at a place between pixels, shared by the four around it. */
function splat({ data, height, width }: Plane, x: number, y: number, light: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left + 1 >= width || top + 1 >= height) return;
  const [right, down] = [x - left, y - top];
  const i = top * width + left;
  data[i]! += light * (1 - right) * (1 - down);
  data[i + 1]! += light * right * (1 - down);
  data[i + width]! += light * (1 - right) * down;
  data[i + width + 1]! += light * right * down;
}
