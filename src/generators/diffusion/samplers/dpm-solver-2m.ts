import type { NoiseLevel } from "../noise-level.ts";
import { type Placement, SIGMA_MAX } from "./levels.ts";
import type { Sampler } from "./sampler.ts";
import { straight } from "./straight.ts";
import { weightedSum } from "./weighted-sum.ts";

/**
 * DPM-Solver++(2M): straight steps to the clean image extended from this prediction and the one before, `D = x₀ + (x₀ −
 * x₀⁻) · h / 2h⁻`, with h the way in log (signal / noise). Second order at one network evaluation a step; the first and
 * the last step are straight. Unless told otherwise the stops are dense where there is little noise, which is where fine detail is decided.
 *
 * @see Lu et al., "DPM-Solver++: fast solver for guided sampling of diffusion probabilistic models", arXiv:2211.01095,
 *   algorithm 2
 */
export function dpmSolver2m({ spacing = "karras", sigmaMax = SIGMA_MAX }: Partial<Placement> = {}): Sampler {
  return {
    name: "dpm-solver-2m",
    placement: { spacing, sigmaMax },
    order: 2,
    evaluations: (steps) => steps,
    begin() {
      let before: { readonly x0: Float32Array; readonly level: NoiseLevel } | undefined;
      return async (noisy, from, to, { denoise }) => {
        const x0 = await denoise(noisy, from);
        const share = straight(from, to);
        const last = before;
        before = { x0, level: from };
        if (!last || to.sigma === 0) return weightedSum([share.noisy, noisy], [share.clean, x0]);
        const ratio = Math.log(from.sigma / to.sigma) / Math.log(last.level.sigma / from.sigma); // h / h⁻
        const ahead = (share.clean * ratio) / 2;
        return weightedSum([share.noisy, noisy], [share.clean + ahead, x0], [-ahead, last.x0]);
      };
    },
  };
}
