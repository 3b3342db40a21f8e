import { UnitError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";

/**
 * A quantity of the simulator, as plain data: one fixed number, or how to draw it anew each time.
 *
 * `values` is resampling with replacement from what was measured, which keeps every oddity of a real set; `min` and `max` cut by
 * clamping, not by drawing again.
 */
export type Distribution =
  | number
  | { readonly uniform: readonly [low: number, high: number] }
  | {
      readonly normal: readonly [mean: number, standardDeviation: number];
      readonly min?: number;
      readonly max?: number;
    }
  | {
      readonly logNormal: readonly [median: number, spread: number];
      readonly min?: number;
      readonly max?: number;
    }
  | { readonly values: readonly number[] };

const clamp = (value: number, { min = -Infinity, max = Infinity }: { readonly min?: number; readonly max?: number }) =>
  Math.min(max, Math.max(min, value));

/** One value of a quantity. A fixed number draws nothing from the stream. */
export function draw(distribution: Distribution, random: Random): number {
  if (typeof distribution === "number") return distribution;
  if ("uniform" in distribution) return random.between(distribution.uniform[0], distribution.uniform[1]);
  if ("normal" in distribution)
    return clamp(distribution.normal[0] + distribution.normal[1] * random.normal(), distribution);
  if ("logNormal" in distribution)
    return clamp(distribution.logNormal[0] * Math.exp(distribution.logNormal[1] * random.normal()), distribution);
  return random.pick(distribution.values);
}

/** Middle of a quantity: its median, or the mean of a uniform one. */
export function typical(distribution: Distribution): number {
  if (typeof distribution === "number") return distribution;
  if ("uniform" in distribution) return (distribution.uniform[0] + distribution.uniform[1]) / 2;
  if ("normal" in distribution) return clamp(distribution.normal[0], distribution);
  if ("logNormal" in distribution) return clamp(distribution.logNormal[0], distribution);
  const sorted = [...distribution.values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** Lowest and highest value that a quantity can take. */
function reach(distribution: Distribution): [low: number, high: number] {
  if (typeof distribution === "number") return [distribution, distribution];
  if ("uniform" in distribution) return [distribution.uniform[0], distribution.uniform[1]];
  if ("values" in distribution)
    return [
      distribution.values.reduce((a, b) => Math.min(a, b), Infinity),
      distribution.values.reduce((a, b) => Math.max(a, b), -Infinity),
    ];
  const lowest = "logNormal" in distribution ? 0 : -Infinity;
  return [Math.max(distribution.min ?? -Infinity, lowest), distribution.max ?? Infinity];
}

/**
 * Insists that a quantity can only take values in a range.
 *
 * An unbounded side of a normal or log-normal is judged by its middle alone, so that nobody has to write bounds that never bite.
 *
 * @throws {@link UnitError} naming the path of the setting
 */
export function checkRange(
  where: string,
  distribution: Distribution,
  { min = -Infinity, max = Infinity, unit = "" }: { min?: number; max?: number; unit?: string } = {},
): void {
  const [low, high] = reach(distribution);
  const middle = low <= high ? typical(distribution) : Number.NaN;
  const bounds = [low, middle, high].filter((value) => Number.isNaN(value) || Number.isFinite(value));
  if (bounds.every((value) => value >= min && value <= max)) return;
  throw new UnitError({
    where,
    expected: `values from ${min} to ${max}${unit && ` ${unit}`}`,
    received: JSON.stringify(distribution) ?? String(distribution),
    fix: "Give a number or a distribution inside this range.",
  });
}

/** The same quantity in another unit: every value multiplied by a factor. */
export function scaled(distribution: Distribution, factor: number): Distribution {
  if (typeof distribution === "number") return distribution * factor;
  if ("uniform" in distribution)
    return { uniform: [distribution.uniform[0] * factor, distribution.uniform[1] * factor] };
  if ("values" in distribution) return { values: distribution.values.map((value) => value * factor) };
  const bounds = {
    ...(distribution.min === undefined ? {} : { min: distribution.min * factor }),
    ...(distribution.max === undefined ? {} : { max: distribution.max * factor }),
  };
  if ("normal" in distribution)
    return { normal: [distribution.normal[0] * factor, distribution.normal[1] * factor], ...bounds };
  return { logNormal: [distribution.logNormal[0] * factor, distribution.logNormal[1]], ...bounds };
}
