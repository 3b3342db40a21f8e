import { type Placement, SIGMA_MAX } from "./levels.ts";
import type { Sampler } from "./sampler.ts";
import { straight } from "./straight.ts";
import { weightedSum } from "./weighted-sum.ts";

/**
 * Straight steps below the next level, and noise up to it: `σ_up² = σ'² (σ² − σ'²) / σ²`, `σ_down² = σ'² − σ_up²`.
 *
 * New noise mends what earlier steps got wrong; the same image needs more steps than without it.
 *
 * @see Crowson's k-diffusion, `sample_euler_ancestral`; trailing spacing as in da Graça et al. 2025
 */
export function eulerAncestral({ spacing = "trailing", sigmaMax = SIGMA_MAX }: Partial<Placement> = {}): Sampler {
  return {
    name: "euler-ancestral",
    placement: { spacing, sigmaMax },
    order: null,
    evaluations: (steps) => steps,
    begin:
      () =>
      async (noisy, from, to, { denoise, noise }) => {
        const x0 = await denoise(noisy, from);
        const up = to.sigma * Math.sqrt(1 - (to.sigma / from.sigma) ** 2);
        const share = straight(from, to, to.sigma ** 2 / from.sigma); // σ_down, simplified
        if (up === 0) return weightedSum([share.noisy, noisy], [share.clean, x0]);
        return weightedSum([share.noisy, noisy], [share.clean, x0], [up * to.signal, noise()]);
      },
  };
}
