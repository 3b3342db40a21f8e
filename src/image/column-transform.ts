/**
 * Fourier transforms of many columns at once.
 *
 * Correlating every generated image with every training image takes 10⁵ and more transforms of one small size.
 * Done side by side, all columns share each twiddle factor and the inner loop runs along memory: several times as fast
 * as one call per column, and sizes 2ᵃ 3ᵇ need not be padded to a power of two. Stockham's form sorts by itself, going to
 * and fro between two buffers.
 *
 * @see Van Loan, "Computational Frameworks for the Fast Fourier Transform", SIAM 1992, section 1.7
 */

/** Real and imaginary parts of columns, row-major `[size, columns]`. */
export interface ComplexColumns {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Transform of one size for a fixed number of columns; it keeps its tables and buffers. */
export interface ColumnTransform {
  /** Write the columns here, `[size, columns]`; {@link ColumnTransform.run} overwrites them. */
  readonly input: ComplexColumns;
  /**
   * X_k = Σ x_n e^(−2πi kn/size) down every column. For the inverse exchange `re` and `im` on both sides and divide
   * by the size.
   *
   * @returns one of the two buffers, valid until the next run
   */
  run(): ComplexColumns;
}

type Pass = (x: ComplexColumns, y: ComplexColumns) => void;

/** Smallest number 2ᵃ 3ᵇ, b ≤ 2, that is at least `extent`. */
export function transformSize(extent: number): number {
  const next = (odd: number) => odd * 2 ** Math.max(0, Math.ceil(Math.log2(extent / odd)));
  return Math.min(next(1), next(3), next(9));
}

/** Transforms of length `size` (a product of twos and threes) down `columns` columns. */
export function columnTransform(size: number, columns: number): ColumnTransform {
  const buffer = (): ComplexColumns => ({
    re: new Float64Array(size * columns),
    im: new Float64Array(size * columns),
  });
  const [input, other] = [buffer(), buffer()];
  const passes: Pass[] = [];
  let length = size;
  let stride = columns;
  for (const radix of factors(size)) {
    passes.push(butterflies[radix](length, stride));
    length /= radix;
    stride *= radix;
  }
  return {
    input,
    run() {
      let [x, y] = [input, other];
      for (const pass of passes) {
        pass(x, y);
        [x, y] = [y, x];
      }
      return x;
    },
  };
}

type Radix = 2 | 3 | 4;

/** Fours last: the last pass has no twiddle factors, so it should be the one that does most. */
function factors(size: number): Radix[] {
  const found: Radix[] = [];
  let rest = size;
  for (; rest % 3 === 0; rest /= 3) found.push(3);
  if (Math.round(Math.log2(rest)) % 2 === 1) found.push(2);
  for (rest = found.at(-1) === 2 ? rest / 2 : rest; rest % 4 === 0; rest /= 4) found.push(4);
  if (rest !== 1) throw new RangeError(`columnTransform: ${size} is not a product of twos and threes`);
  return found;
}

/** cos and sin of −2πp/length. */
function twiddle(p: number, length: number): [cos: number, sin: number] {
  return [Math.cos((2 * Math.PI * p) / length), -Math.sin((2 * Math.PI * p) / length)];
}

/**
 * One pass: `y[s (r p + k) + q] = w^(pk) Σ_m x[s (p + m n/r) + q] e^(−2πi mk/r)`, w = e^(−2πi/n), for q < s, n the
 * length that is left, s the stride.
 */
const butterflies: Record<Radix, (length: number, stride: number) => Pass> = {
  2: (length, stride) => {
    const half = length / 2;
    return ({ re, im }, { re: outRe, im: outIm }) => {
      for (let p = 0; p < half; p++) {
        const [c1, s1] = twiddle(p, length);
        const a0 = stride * p;
        const b0 = stride * (p + half);
        const out = stride * 2 * p;
        for (let q = 0; q < stride; q++) {
          const ar = re[a0 + q]!;
          const ai = im[a0 + q]!;
          const br = re[b0 + q]!;
          const bi = im[b0 + q]!;
          outRe[out + q] = ar + br;
          outIm[out + q] = ai + bi;
          outRe[out + stride + q] = (ar - br) * c1 - (ai - bi) * s1;
          outIm[out + stride + q] = (ar - br) * s1 + (ai - bi) * c1;
        }
      }
    };
  },
  3: (length, stride) => {
    const third = length / 3;
    const sin60 = Math.sqrt(3) / 2;
    return ({ re, im }, { re: outRe, im: outIm }) => {
      for (let p = 0; p < third; p++) {
        const [c1, s1] = twiddle(p, length);
        const [c2, s2] = twiddle(2 * p, length);
        const a0 = stride * p;
        const b0 = stride * (p + third);
        const d0 = stride * (p + 2 * third);
        const out = stride * 3 * p;
        for (let q = 0; q < stride; q++) {
          const ar = re[a0 + q]!;
          const ai = im[a0 + q]!;
          const tr = re[b0 + q]! + re[d0 + q]!;
          const ti = im[b0 + q]! + im[d0 + q]!;
          const vr = sin60 * (re[b0 + q]! - re[d0 + q]!);
          const vi = sin60 * (im[b0 + q]! - im[d0 + q]!);
          outRe[out + q] = ar + tr;
          outIm[out + q] = ai + ti;
          const er = ar - tr / 2 + vi; // u − iv, u = a − t/2
          const ei = ai - ti / 2 - vr;
          outRe[out + stride + q] = er * c1 - ei * s1;
          outIm[out + stride + q] = er * s1 + ei * c1;
          const fr = ar - tr / 2 - vi; // u + iv
          const fi = ai - ti / 2 + vr;
          outRe[out + 2 * stride + q] = fr * c2 - fi * s2;
          outIm[out + 2 * stride + q] = fr * s2 + fi * c2;
        }
      }
    };
  },
  4: (length, stride) => {
    const quarter = length / 4;
    return ({ re, im }, { re: outRe, im: outIm }) => {
      for (let p = 0; p < quarter; p++) {
        const [c1, s1] = twiddle(p, length);
        const [c2, s2] = twiddle(2 * p, length);
        const [c3, s3] = twiddle(3 * p, length);
        const a0 = stride * p;
        const b0 = stride * (p + quarter);
        const c0 = stride * (p + 2 * quarter);
        const d0 = stride * (p + 3 * quarter);
        const out = stride * 4 * p;
        for (let q = 0; q < stride; q++) {
          const ar = re[a0 + q]! + re[c0 + q]!;
          const ai = im[a0 + q]! + im[c0 + q]!;
          const br = re[b0 + q]! + re[d0 + q]!;
          const bi = im[b0 + q]! + im[d0 + q]!;
          const cr = re[a0 + q]! - re[c0 + q]!;
          const ci = im[a0 + q]! - im[c0 + q]!;
          const dr = re[b0 + q]! - re[d0 + q]!;
          const di = im[b0 + q]! - im[d0 + q]!;
          outRe[out + q] = ar + br;
          outIm[out + q] = ai + bi;
          const er = cr + di; // c − id
          const ei = ci - dr;
          outRe[out + stride + q] = er * c1 - ei * s1;
          outIm[out + stride + q] = er * s1 + ei * c1;
          const fr = ar - br;
          const fi = ai - bi;
          outRe[out + 2 * stride + q] = fr * c2 - fi * s2;
          outIm[out + 2 * stride + q] = fr * s2 + fi * c2;
          const gr = cr - di; // c + id
          const gi = ci + dr;
          outRe[out + 3 * stride + q] = gr * c3 - gi * s3;
          outIm[out + 3 * stride + q] = gr * s3 + gi * c3;
        }
      }
    };
  },
};
