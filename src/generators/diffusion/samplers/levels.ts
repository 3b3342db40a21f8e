import { RecipeError } from "../../../core/errors.ts";
import { cleanLevel, type NoiseLevel, noiseLevel, noiseLevelOf } from "../noise-level.ts";
import type { NoiseSchedule } from "../noise-schedule.ts";

/**
 * How the stops of a sampler lie between noise and image; n steps over T timesteps:
 *
 * - `leading`: every ⌊T/n⌋-th timestep from 0 up. It leaves the noisiest timesteps out, so images are pulled towards
 *   middle grey when steps are few.
 * - `trailing`: every T/n-th from T − 1 down, rounded; starts where nothing but noise is left.
 * - `linspace`: n timesteps from T − 1 to 0, both ends included, not rounded.
 * - `karras`: by noise and not by time, `σ^(1/7)` in equal steps; dense where there is little noise.
 *
 * @see Lin et al., "Common diffusion noise schedules and sample steps are flawed", WACV 2024, table 2
 * @see Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022, eq. 5
 */
export type Spacing = "leading" | "trailing" | "linspace" | "karras";

/** Where a sampler starts and stops. */
export interface Placement {
  readonly spacing: Spacing;
  /**
   * Timesteps with more noise than this σ are left out. At the end of the cosine schedule σ is 20,000, and an error of
   * the predicted noise would be multiplied by as much.
   */
  readonly sigmaMax: number;
}

/**
 * Most noise that fast samplers start from: log (signal / noise) = −5.1, which also diffusers advises. It leaves out
 * 0.4 % of the cosine schedule, nothing of others.
 */
export const SIGMA_MAX = Math.exp(5.1);

/** Karras's exponent. */
const RHO = 7;

/** The n timesteps of a spacing among T, noisiest first. */
const timesteps: Readonly<Record<Exclude<Spacing, "karras">, (n: number, total: number) => (i: number) => number>> = {
  leading: (n, total) => (i) => (n - 1 - i) * Math.floor(total / n),
  trailing: (n, total) => (i) => Math.round(total - (i * total) / n) - 1,
  linspace: (n, total) => (i) => (total - 1) * (1 - i / Math.max(1, n - 1)),
};

/**
 * The stops of a sampler, `[steps + 1]`, noisiest first; the last is the clean image.
 *
 * @throws {@link RecipeError} when there are more steps than timesteps, or none
 */
export function noiseLevels(schedule: NoiseSchedule, steps: number, { spacing, sigmaMax }: Placement): NoiseLevel[] {
  const sigmas = schedule.alphaBar.map((alphaBar) => Math.sqrt((1 - alphaBar) / alphaBar));
  const total = sigmas.filter((sigma) => sigma <= sigmaMax).length;
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= total))
    throw new RecipeError({
      where: `sampler on noise schedule "${schedule.name}"`,
      expected: `1 to ${total} steps`,
      received: `${steps}`,
      fix: "Each step needs a timestep of its own.",
    });
  const stops = Array.from({ length: steps }, (_, i) => i);
  if (spacing !== "karras")
    return [...stops.map(timesteps[spacing](steps, total)).map((t) => noiseLevel(schedule, t)), cleanLevel];
  const [most, least] = [sigmas[total - 1]! ** (1 / RHO), sigmas[0]! ** (1 / RHO)];
  const root = (i: number) => most + (i / Math.max(1, steps - 1)) * (least - most);
  return [...stops.map((i) => noiseLevelOf(schedule, root(i) ** RHO)), cleanLevel];
}
