import { phaseScrambled } from "../../scripts/features/phase-scramble.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { dct2, idct2 } from "../../src/image/dct2.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";

/** One way to spoil images, from hardly to badly. */
export interface Degradation {
  readonly unit: string;
  /** Whether the feature network met this kind in its (simulated) training. */
  readonly isTrainedOn: boolean;
  readonly levels: readonly number[];
  apply(tile: Plane, level: number, random: Random): Plane;
}

/** Spoilt pixels, by name. Levels were fixed before any distance was computed. */
export const degradations: Readonly<Record<string, Degradation>> = {
  blur: {
    unit: "σ, px",
    isTrainedOn: true,
    levels: [0.3, 0.4, 0.55, 0.75, 1, 1.4, 2],
    apply: (tile, sigma) => gaussianBlur(tile, sigma),
  },
  noise: {
    unit: "σ, share of range",
    isTrainedOn: true,
    levels: [0.0025, 0.005, 0.01, 0.02, 0.04, 0.08],
    apply: (tile, sigma, random) => mapped(tile, (value) => value + sigma * random.normal()),
  },
  texture: {
    unit: "phases scrambled, share",
    isTrainedOn: true,
    levels: [0.1, 0.2, 0.35, 0.5, 0.75, 1],
    apply: (tile, amount, random) => phaseScrambled(tile, amount, random),
  },
  blocks: {
    unit: "step of 8 × 8 cosines, share of range",
    isTrainedOn: false,
    levels: [0.02, 0.05, 0.1, 0.2, 0.4],
    apply: inBlocks,
  },
  checkerboard: {
    unit: "amplitude, share of light",
    isTrainedOn: false,
    levels: [0.01, 0.02, 0.04, 0.08, 0.16],
    apply: (tile, amplitude) =>
      mapped(tile, (value, i) => value * (1 + amplitude * ((Math.floor(i / tile.width) + i) % 2 === 0 ? 1 : -1))),
  },
  patchwork: {
    unit: "pieces across",
    isTrainedOn: false,
    levels: [2, 4, 8, 16],
    apply: patchwork,
  },
  gamma: {
    unit: "1 − exponent",
    isTrainedOn: true,
    levels: [0.05, 0.1, 0.2, 0.35, 0.5],
    apply: (tile, change) => mapped(tile, (value) => Math.max(0, value) ** (1 - change)),
  },
};

/** The same pictures and places, but the set is not what it seems: which tiles of a pool are chosen. */
export const selections: Readonly<Record<string, { unit: string; levels: readonly number[]; choose: SelectTiles }>> = {
  copies: {
    unit: "share that repeats another one",
    levels: [0.25, 0.5, 0.75, 0.875, 0.9375],
    choose: (pool, count, share, random) => {
      const distinct = random.shuffle(pool.order).slice(0, Math.max(1, Math.round(count * (1 - share))));
      return Array.from({ length: count }, (_, i) => distinct[i % distinct.length]!);
    },
  },
  "lost mode": {
    unit: "share of the brightest tiles that never occurs",
    levels: [0.1, 0.2, 0.3, 0.4, 0.5],
    choose: (pool, count, share, random) => {
      const kept = pool.byBrightness.slice(0, Math.max(count, Math.round(pool.order.length * (1 - share))));
      return random.shuffle(kept).slice(0, count);
    },
  },
};

/** Indices of the tiles that may be chosen, as they come and from dark to bright. */
export interface SelectablePool {
  readonly order: readonly number[];
  readonly byBrightness: readonly number[];
}

type SelectTiles = (pool: SelectablePool, count: number, level: number, random: Random) => number[];

function mapped(plane: Plane, change: (value: number, i: number) => number): Plane {
  return { ...plane, data: plane.data.map((value, i) => Math.min(1, Math.max(0, change(value, i)))) };
}

/** Cosine coefficients of blocks of 8 × 8 pixels rounded to multiples of a step, as lossy compression does. */
function inBlocks(tile: Plane, step: number): Plane {
  const result = emptyPlane(tile.height, tile.width);
  for (let y0 = 0; y0 < tile.height; y0 += 8)
    for (let x0 = 0; x0 < tile.width; x0 += 8) {
      const block = emptyPlane(8, 8);
      for (let i = 0; i < 64; i++) block.data[i] = tile.data[(y0 + (i >> 3)) * tile.width + x0 + (i & 7)]!;
      const coefficients = dct2(block);
      const rounded = { ...coefficients, data: coefficients.data.map((value) => step * Math.round(value / step)) };
      idct2(rounded).data.forEach((value, i) => {
        result.data[(y0 + (i >> 3)) * tile.width + x0 + (i & 7)] = Math.min(1, Math.max(0, value));
      });
    }
  return result;
}

/** The tile cut into so many pieces across, put together in another order. */
function patchwork(tile: Plane, across: number, random: Random): Plane {
  const piece = tile.width / across;
  const order = random.shuffle(Array.from({ length: across * across }, (_, i) => i));
  const result = emptyPlane(tile.height, tile.width);
  order.forEach((from, to) => {
    const [fy, fx, ty, tx] = [Math.floor(from / across), from % across, Math.floor(to / across), to % across];
    for (let y = 0; y < piece; y++)
      for (let x = 0; x < piece; x++)
        result.data[(ty * piece + y) * tile.width + tx * piece + x] =
          tile.data[(fy * piece + y) * tile.width + fx * piece + x]!;
  });
  return result;
}
