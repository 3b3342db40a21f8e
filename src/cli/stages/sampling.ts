import type { SamplerName } from "../../generators/diffusion/samplers/index.ts";

/** How a diffusion model draws unless told otherwise, as in the recipe `super-resolve`. */
export const SAMPLING = { sampler: "dpm-solver-2m", steps: 25 } as const satisfies {
  readonly sampler: SamplerName;
  readonly steps: number;
};
