import type { SamplerName } from "../../generators/diffusion/samplers/index.ts";

/** How a diffusion model draws unless told otherwise, as in the recipe `super-resolve`: noise on the way makes up for a short training. */
export const SAMPLING = { sampler: "euler-ancestral", steps: 40 } as const satisfies {
  readonly sampler: SamplerName;
  readonly steps: number;
};
