import { emptyLabelMap, type LabelMap, type Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import {
  AUGMENTATION_FEATURES,
  type DiffusionNetwork,
  type PatchStream,
} from "../../src/generators/diffusion/index.ts";

/** Edge of toy images. */
export const SIZE = 8;

/** A network of two levels that trains in milliseconds. */
export const tiny: DiffusionNetwork = {
  baseChannels: 8,
  multipliers: [1, 2],
  blocks: 1,
  attentionLevels: [],
  heads: 1,
  groups: 4,
  timeCondition: "scale-shift",
  skips: "blocks",
};

/** Mean and standard deviation. */
export function bulk(values: readonly number[]): { mean: number; spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, spread: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

const untold = new Float32Array(AUGMENTATION_FEATURES);

/** Images of one grey level each, normally distributed. */
export function levelStream({ mean = 0.5, spread = 0.15 } = {}): PatchStream {
  const image = (own: Random): Plane => {
    const level = mean + spread * own.normal();
    return { data: new Float32Array(SIZE * SIZE).fill(level), height: SIZE, width: SIZE };
  };
  return {
    ...{ sizePx: SIZE, hasLabels: false, augmentationFeatures: 0 },
    batch: async (_step, count, random) =>
      Array.from({ length: count }, (_, n) => ({ image: image(random.fork(n)), augmentation: untold })),
  };
}

/** One rectangle. */
export function rectangle(own: Random): LabelMap {
  const labels = emptyLabelMap(SIZE, SIZE);
  const [y0, x0] = [own.integer(SIZE - 3), own.integer(SIZE - 3)];
  const [y1, x1] = [y0 + 2 + own.integer(3), x0 + 2 + own.integer(3)];
  for (let y = y0; y < Math.min(SIZE, y1); y++)
    for (let x = x0; x < Math.min(SIZE, x1); x++) labels.data[y * SIZE + x] = 1;
  return labels;
}

/** Bright rectangles (0.8) on dark ground (0.2), with their labels. */
export const rectangleStream: PatchStream = {
  ...{ sizePx: SIZE, hasLabels: true, augmentationFeatures: 0 },
  batch: async (_step, count, random) =>
    Array.from({ length: count }, (_, n) => {
      const labels = rectangle(random.fork(n));
      const data = Float32Array.from(labels.data, (label) => (label ? 0.8 : 0.2));
      return { image: { ...labels, data }, labels, augmentation: untold };
    }),
};

/** Everything that an async generator gives. */
export async function collected<T>(given: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of given) all.push(one);
  return all;
}
