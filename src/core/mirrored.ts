/** Index inside [0, extent) that a mirror at both edges shows at this position; edges are not repeated. */
export function mirrored(position: number, extent: number): number {
  if (extent === 1) return 0;
  const period = 2 * (extent - 1);
  const wrapped = ((position % period) + period) % period;
  return wrapped < extent ? wrapped : period - wrapped;
}
