import type { FeatureMatrix } from "../../src/core/feature-matrix.ts";
import type { Random } from "../../src/core/random.ts";
import { percentile } from "../../src/image/percentile.ts";
import type { FeatureMeasure } from "../../src/metrics/feature-measure.ts";
import { type SelectablePool, selections } from "./degradations.ts";

/** Tiles on each side of a distance. */
export const SET_SIZE = 32;
/** How often both sets are drawn anew. */
const REPEATS = 60;

/** How well a distance sees one kind of degradation. */
export interface Detection {
  /** Index of the faintest level that is seen, it and all worse ones: half of the draws lie above 95 % of the null. As many as levels: none. */
  readonly faintest: number;
  /** Share of draws above 95 % of the null, mean over levels: finer than the faintest level, 0.05 for blind ones. */
  readonly power: number;
  /** Rank correlation of distance and level, from undamaged (level 0) on, mean over draws. */
  readonly monotony: number;
}

/**
 * Detection of spoilt pixels.
 *
 * Each draw takes 32 places at random and 32 others as reference. The distance of the reference to the undamaged tiles of those places is the null;
 * that to the same tiles, spoilt, is what is judged. Every network and level sees the same draws.
 *
 * @param clean features of undamaged tiles
 * @param spoilt features of the first of them, spoilt, for each level
 */
export function detectSpoilt(
  measure: FeatureMeasure,
  clean: FeatureMatrix,
  spoilt: readonly FeatureMatrix[],
  random: Random,
): Detection {
  const places = spoilt[0]!.count;
  const distance = measure.on(stacked([clean, ...spoilt]));
  const draws = Array.from({ length: REPEATS }, (_, repeat) => {
    const stream = random.fork("draw", repeat);
    const chosen = stream.shuffle(indices(places)).slice(0, SET_SIZE);
    const others = new Set(chosen);
    const reference = stream.shuffle(indices(clean.count).filter((row) => !others.has(row))).slice(0, SET_SIZE);
    const rowsAt = (offset: number) => Int32Array.from(chosen, (row) => offset + row);
    const real = Int32Array.from(reference);
    return [rowsAt(0), ...spoilt.map((_, level) => rowsAt(clean.count + level * places))].map((rows) =>
      distance(real, rows),
    );
  });
  return judged(draws);
}

/** Detection of sets whose images are all undamaged but badly chosen. The null is a plain choice from the same pool. */
export function detectSelection(
  measure: FeatureMeasure,
  name: string,
  clean: FeatureMatrix,
  brightness: readonly number[],
  random: Random,
): Detection {
  const { levels, choose } = selections[name]!;
  const distance = measure.on(clean);
  const draws = Array.from({ length: REPEATS }, (_, repeat) => {
    const stream = random.fork("draw", repeat);
    const shuffled = stream.shuffle(indices(clean.count));
    const real = Int32Array.from(shuffled.slice(0, SET_SIZE));
    const order = shuffled.slice(SET_SIZE);
    const pool: SelectablePool = {
      order,
      byBrightness: order.toSorted((a, b) => brightness[a]! - brightness[b]!),
    };
    const plain = stream.shuffle(order).slice(0, SET_SIZE);
    const sets = [plain, ...levels.map((level) => choose(pool, SET_SIZE, level, stream.fork(level)))];
    return sets.map((rows) => distance(real, Int32Array.from(rows)));
  });
  return judged(draws);
}

/** @param draws distances `[repeat][level]`, the null first */
function judged(draws: readonly (readonly number[])[]): Detection {
  const threshold = percentile(
    draws.map((draw) => draw[0]!),
    95,
  );
  const levels = draws[0]!.length - 1;
  const powers = Array.from(
    { length: levels },
    (_, level) => draws.filter((draw) => draw[level + 1]! > threshold).length / draws.length,
  );
  let faintest = levels;
  while (faintest > 0 && powers[faintest - 1]! >= 0.5) faintest--;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { faintest, power: mean(powers), monotony: mean(draws.map(rankCorrelation)) };
}

/** Spearman's correlation of values with their positions. */
function rankCorrelation(values: readonly number[]): number {
  const order = indices(values.length).sort((a, b) => values[a]! - values[b]!);
  const squares = order.reduce((sum, position, rank) => sum + (position - rank) ** 2, 0);
  return 1 - (6 * squares) / (values.length * (values.length ** 2 - 1));
}

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function stacked(matrices: readonly FeatureMatrix[]): FeatureMatrix {
  const { dimensions } = matrices[0]!;
  const count = matrices.reduce((sum, matrix) => sum + matrix.count, 0);
  const data = new Float32Array(count * dimensions);
  let first = 0;
  for (const matrix of matrices) {
    data.set(matrix.data, first);
    first += matrix.data.length;
  }
  return { data, count, dimensions };
}
