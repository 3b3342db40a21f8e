/** A rule that replaces an integral by a weighted sum. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const rules = new Map<number, Quadrature>();

/**
 * Gauss–Legendre rule of n nodes on [0, 1]: exact for polynomials up to degree 2n − 1.
 *
 * Nodes are the roots of the Legendre polynomial Pₙ, found by Newton's method from their asymptotic places.
 *
 * @see Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 25.4.29
 */
export function gaussLegendre(n: number): Quadrature {
  const known = rules.get(n);
  if (known) return known;
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 8; step++) {
      let [previous, value] = [1, x];
      for (let k = 2; k <= n; k++) [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
      slope = (n * (x * value - previous)) / (x * x - 1);
      x -= value / slope;
    }
    nodes[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  const rule = { nodes, weights };
  rules.set(n, rule);
  return rule;
}
