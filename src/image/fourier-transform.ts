/**
 * Discrete Fourier transform of any length.
 *
 * Powers of two go to fft.js. Other lengths are written as a convolution (Bluestein), which fft.js does at the next power of two
 * that holds it: k n = (k² + n² − (k − n)²) / 2.
 *
 * @see Bluestein, IEEE Trans. Audio Electroacoust. 18, 451 (1970)
 */

import FFT from "fft.js";

/** The transform of one length; it keeps its tables and work arrays, so ask for it once per length. */
export interface FourierTransform {
  readonly size: number;
  /** X_k = Σ x_n e^(−2πi kn/N), in place; `re` and `im` are `[N]`. */
  forward(re: Float64Array, im: Float64Array): void;
  /** x_n = (1/N) Σ X_k e^(+2πi kn/N), in place. */
  inverse(re: Float64Array, im: Float64Array): void;
}

/** Inverse by exchanging the parts: conj(F(conj(X))) / N, and conj is a swap of `re` and `im` on both sides. */
function withInverse(size: number, forward: FourierTransform["forward"]): FourierTransform {
  return {
    size,
    forward,
    inverse(re, im) {
      forward(im, re);
      for (let i = 0; i < size; i++) {
        re[i] = re[i]! / size;
        im[i] = im[i]! / size;
      }
    },
  };
}

function powerOfTwo(size: number): FourierTransform {
  const fft = new FFT(size);
  const input = new Float64Array(2 * size);
  const output = new Float64Array(2 * size);
  return withInverse(size, (re, im) => {
    for (let i = 0; i < size; i++) {
      input[2 * i] = re[i]!;
      input[2 * i + 1] = im[i]!;
    }
    fft.transform(output, input);
    for (let i = 0; i < size; i++) {
      re[i] = output[2 * i]!;
      im[i] = output[2 * i + 1]!;
    }
  });
}

function bluestein(size: number): FourierTransform {
  const padded = 2 ** Math.ceil(Math.log2(2 * size - 1));
  const inner = powerOfTwo(padded);
  // Chirp e^(−πi n²/N). The square is reduced modulo 2N first: large angles would cost digits.
  const cos = Float64Array.from({ length: size }, (_, n) => Math.cos((Math.PI * ((n * n) % (2 * size))) / size));
  const sin = Float64Array.from({ length: size }, (_, n) => -Math.sin((Math.PI * ((n * n) % (2 * size))) / size));

  // Spectrum of the conjugate chirp, wrapped so that the circular convolution sees negative differences.
  const kernelRe = new Float64Array(padded);
  const kernelIm = new Float64Array(padded);
  for (let n = 0; n < size; n++) {
    for (const place of n === 0 ? [0] : [n, padded - n]) {
      kernelRe[place] = cos[n]!;
      kernelIm[place] = -sin[n]!;
    }
  }
  inner.forward(kernelRe, kernelIm);

  const workRe = new Float64Array(padded);
  const workIm = new Float64Array(padded);
  return withInverse(size, (re, im) => {
    workRe.fill(0);
    workIm.fill(0);
    for (let n = 0; n < size; n++) {
      workRe[n] = re[n]! * cos[n]! - im[n]! * sin[n]!;
      workIm[n] = re[n]! * sin[n]! + im[n]! * cos[n]!;
    }
    inner.forward(workRe, workIm);
    for (let k = 0; k < padded; k++) {
      const real = workRe[k]! * kernelRe[k]! - workIm[k]! * kernelIm[k]!;
      workIm[k] = workRe[k]! * kernelIm[k]! + workIm[k]! * kernelRe[k]!;
      workRe[k] = real;
    }
    inner.inverse(workRe, workIm);
    for (let k = 0; k < size; k++) {
      re[k] = workRe[k]! * cos[k]! - workIm[k]! * sin[k]!;
      im[k] = workRe[k]! * sin[k]! + workIm[k]! * cos[k]!;
    }
  });
}

const transforms = new Map<number, FourierTransform>();

/** Fourier transform of this length, which may be any positive integer. */
export function fourierTransform(size: number): FourierTransform {
  let transform = transforms.get(size);
  if (!transform) {
    const isPowerOfTwo = (size & (size - 1)) === 0;
    transform = size === 1 ? withInverse(1, () => {}) : isPowerOfTwo ? powerOfTwo(size) : bluestein(size);
    transforms.set(size, transform);
  }
  return transform;
}
