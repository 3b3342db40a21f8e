/** `Σ weight · array`, element by element; arrays of one length. */
export function weightedSum(...terms: readonly (readonly [weight: number, array: Float32Array])[]): Float32Array {
  const sum = new Float32Array(terms[0]![1].length);
  for (let index = 0; index < sum.length; index++) {
    let value = 0;
    for (const [weight, array] of terms) value += weight * array[index]!;
    sum[index] = value;
  }
  return sum;
}
