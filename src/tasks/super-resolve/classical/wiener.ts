import type { Plane } from "../../../core/plane.ts";
import { dct2, idct2 } from "../../../image/dct2.ts";
import { crossValidation, filtered, smallest } from "./cross-validation.ts";
import { gaussianResponse } from "./gaussian-response.ts";

/** How an image was blurred, and how much of the deblurred noise is tolerated. */
export interface WienerOptions {
  /** Standard deviation of the Gaussian point-spread function, in pixels. */
  readonly psfSigmaPx: number;
  /**
   * Variance of the noise over that of the truth's Laplacian. Chosen from the image by generalised cross-validation unless given: of 41
   * values between 10⁻⁶ and 10⁴ the best.
   */
  readonly noiseToSignal?: number;
}

/** Values tried, four per decade. */
const TRIED = Array.from({ length: 41 }, (_, i) => 10 ** (-6 + i / 4));

/**
 * Wiener–Hunt deconvolution: the image that, blurred, is close to this one and has a small Laplacian.
 *
 * H / (H² + λ L²) times every cosine coefficient, with H the blur and L the Laplacian: edges are mirrored, as `gaussianBlur` does, and nothing
 * is padded. On an image continued by its mirror image it is `skimage.restoration.wiener(…, clip=False)`. Not clipped: it may undershoot.
 *
 * @see Hunt, "The application of constrained least squares estimation to image restoration by digital computer", IEEE Trans. Comput. C-22, 805 (1973);
 *   Golub, Heath & Wahba (1979) for the choice of λ
 */
export function wienerDeconvolution(plane: Plane, { psfSigmaPx, noiseToSignal }: WienerOptions): Plane {
  const { height, width } = plane;
  const [down, across] = [gaussianResponse(height, psfSigmaPx), gaussianResponse(width, psfSigmaPx)];
  const [downLaplacian, acrossLaplacian] = [laplacianResponse(height), laplacianResponse(width)];
  const blur = (v: number, u: number) => down[v]! * across[u]!;
  const roughness = (v: number, u: number) => (downLaplacian[v]! + acrossLaplacian[u]!) ** 2;
  const coefficients = dct2(plane);
  const lambda =
    noiseToSignal ??
    smallest(TRIED, (tried) =>
      crossValidation(coefficients, (v, u) => {
        const power = blur(v, u) ** 2;
        return power / (power + tried * roughness(v, u));
      }),
    );
  return idct2(
    filtered(coefficients, (v, u) => {
      const h = blur(v, u);
      return h / (h * h + lambda * roughness(v, u));
    }),
  );
}

/** Eigenvalues of the second difference with mirrored edges: 2 − 2 cos(πu/N). */
function laplacianResponse(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, u) => 2 - 2 * Math.cos((Math.PI * u) / size));
}
