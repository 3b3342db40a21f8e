/** Horner's scheme, lowest coefficient first. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

const SMALL = [1, -2.2499997, 1.2656208, -0.3163866, 0.0444479, -0.0039444, 0.00021];
const MODULUS = [0.79788456, -0.00000077, -0.0055274, -0.00009512, 0.00137237, -0.00072805, 0.00014476];
const PHASE = [-0.78539816, -0.04166397, -0.00003954, 0.00262573, -0.00054125, -0.00029333, 0.00013558];

/**
 * Bessel function of the first kind, order 0, to within 1e-7.
 *
 * @see Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 9.4.1 and 9.4.3
 */
export function besselJ0(x: number): number {
  const size = Math.abs(x);
  if (size <= 3) return polynomial((size / 3) ** 2, SMALL);
  const t = 3 / size;
  return (polynomial(t, MODULUS) / Math.sqrt(size)) * Math.cos(size + polynomial(t, PHASE));
}
