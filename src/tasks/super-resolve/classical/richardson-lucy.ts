import type { Plane } from "../../../core/plane.ts";
import { gaussianBlur } from "../../../image/gaussian-blur.ts";

/** How an image was blurred, and how far the iteration goes. */
export interface RichardsonLucyOptions {
  /** Standard deviation of the Gaussian point-spread function, in pixels. */
  readonly psfSigmaPx: number;
  /** More sharpen more, and make more of the noise; stopping is the only regularisation. */
  readonly iterations?: number;
}

/** Keeps the quotient finite where the blurred estimate is 0; scikit-image's. */
const TINY = 1e-12;

/**
 * Richardson–Lucy deconvolution: the estimate is multiplied by the blurred quotient of image and blurred estimate, which raises the likelihood
 * under Poisson noise and never goes below 0.
 *
 * Edges are mirrored, as `gaussianBlur` does; that blur is symmetric, so it is its own adjoint. Negative pixels count as 0. Away from the
 * borders the same as `skimage.restoration.richardson_lucy(…, clip=False)`.
 *
 * @see Richardson, J. Opt. Soc. Am. 62, 55 (1972), eq. 5; Lucy, Astron. J. 79, 745 (1974), eq. 15
 */
export function richardsonLucy(plane: Plane, { psfSigmaPx, iterations = 20 }: RichardsonLucyOptions): Plane {
  const { data: seen, height, width } = plane;
  let estimate: Plane = { data: new Float32Array(seen.length).fill(0.5), height, width };
  for (let iteration = 0; iteration < iterations; iteration++) {
    const blurred = gaussianBlur(estimate, psfSigmaPx).data;
    const quotient = blurred.map((value, i) => Math.max(0, seen[i]!) / (value + TINY));
    const correction = gaussianBlur({ data: quotient, height, width }, psfSigmaPx).data;
    estimate = { data: estimate.data.map((value, i) => value * correction[i]!), height, width };
  }
  return estimate;
}
