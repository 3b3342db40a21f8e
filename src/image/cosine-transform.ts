import { fourierTransform } from "./fourier-transform.ts";

/** The orthonormal cosine transform of one length. */
export interface CosineTransform {
  readonly size: number;
  /** DCT-II in place: X_u = c_u Σ x_n cos(π (2n + 1) u / 2N), c₀ = √(1/N), otherwise √(2/N). */
  forward(values: Float64Array): void;
  /** DCT-III in place, the inverse and the transpose of the forward transform. */
  inverse(values: Float64Array): void;
}

const transforms = new Map<number, CosineTransform>();

/**
 * Orthonormal cosine transform of this length, by one Fourier transform of the same length.
 *
 * The values are taken in the order 0, 2, 4, …, 5, 3, 1; turning the phase of coefficient u by −πu/2N makes its real part the
 * cosine sum.
 *
 * @see Makhoul, IEEE Trans. Acoust. Speech Signal Process. 28, 27 (1980)
 */
export function cosineTransform(size: number): CosineTransform {
  const known = transforms.get(size);
  if (known) return known;

  const fourier = fourierTransform(size);
  const order = Int32Array.from({ length: size }, (_, i) => (2 * i < size ? 2 * i : 2 * (size - i) - 1));
  const scale = (u: number) => Math.sqrt((u === 0 ? 1 : 2) / size);
  const cos = Float64Array.from({ length: size }, (_, u) => Math.cos((Math.PI * u) / (2 * size)));
  const sin = Float64Array.from({ length: size }, (_, u) => Math.sin((Math.PI * u) / (2 * size)));
  const re = new Float64Array(size);
  const im = new Float64Array(size);

  const transform: CosineTransform = {
    size,
    forward(values) {
      for (let i = 0; i < size; i++) re[i] = values[order[i]!]!;
      im.fill(0);
      fourier.forward(re, im);
      for (let u = 0; u < size; u++) values[u] = scale(u) * (re[u]! * cos[u]! + im[u]! * sin[u]!);
    },
    inverse(values) {
      // The unscaled sums X_u and X_{N−u} are real and negative imaginary part of the turned coefficient.
      for (let u = 0; u < size; u++) {
        const real = values[u]! / scale(u);
        const imaginary = u === 0 ? 0 : -values[size - u]! / scale(size - u);
        re[u] = real * cos[u]! - imaginary * sin[u]!;
        im[u] = real * sin[u]! + imaginary * cos[u]!;
      }
      fourier.inverse(re, im);
      for (let i = 0; i < size; i++) values[order[i]!] = re[i]!;
    },
  };
  transforms.set(size, transform);
  return transform;
}
