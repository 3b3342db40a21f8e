import { type Placement, SIGMA_MAX } from "./levels.ts";
import type { Sampler } from "./sampler.ts";
import { straight } from "./straight.ts";
import { weightedSum } from "./weighted-sum.ts";

/**
 * Straight steps along `dx/dσ = (x − x₀)/σ`: the same steps as DDIM without noise.
 *
 * @see Karras et al., NeurIPS 2022, eq. 3 with s(t) = 1 and σ(t) = t
 */
export function euler({ spacing = "trailing", sigmaMax = SIGMA_MAX }: Partial<Placement> = {}): Sampler {
  return {
    name: "euler",
    placement: { spacing, sigmaMax },
    order: 1,
    evaluations: (steps) => steps,
    begin:
      () =>
      async (noisy, from, to, { denoise }) => {
        const x0 = await denoise(noisy, from);
        const share = straight(from, to);
        return weightedSum([share.noisy, noisy], [share.clean, x0]);
      },
  };
}
