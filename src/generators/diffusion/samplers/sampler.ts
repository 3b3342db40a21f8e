import type { NoiseLevel } from "../noise-level.ts";
import type { Placement } from "./levels.ts";

/** What a step may ask for. All arrays are `[N, C, H, W]`. */
export interface StepTools {
  /**
   * The clean images that the network sees in noisy ones of a level; clipped where that was asked for. One network
   * evaluation.
   */
  denoise(noisy: Float32Array, level: NoiseLevel): Promise<Float32Array>;
  /** Unit noise of this step, each image's from its own stream: the same numbers whenever asked. */
  noise(): Float32Array;
}

/**
 * Takes noisy images of one level to a less noisy one, both on the scale of {@link NoiseLevel}; `to` is the clean level
 * in the last step.
 */
export type SamplerStep = (
  noisy: Float32Array,
  from: NoiseLevel,
  to: NoiseLevel,
  tools: StepTools,
) => Promise<Float32Array>;

/** A way from noise to images: where it stops on the way, and how it goes from one stop to the next. */
export interface Sampler {
  readonly name: string;
  /** Default stops of this sampler. */
  readonly placement: Placement;
  /** Order of convergence to the exact solution as steps get more; null where a step adds noise. */
  readonly order: number | null;
  /** Times that the network is asked in `steps` steps. */
  evaluations(steps: number): number;
  /** A fresh step function for one batch; it may remember what it saw. */
  begin(): SamplerStep;
}
