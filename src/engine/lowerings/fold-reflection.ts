import type { Value } from "../graph.ts";
import { add } from "../ops/add.ts";
import { concat } from "../ops/concat.ts";
import { flip } from "../ops/flip.ts";
import { slice } from "../ops/slice.ts";

/**
 * Adjoint of reflection by simpler operators: along each axis in turn, the border is mirrored onto the pixels it came from.
 *
 * Only the touched strips are added; everything else is copied once, by the concatenation.
 */
export function expandFoldReflection(
  x: Value,
  { before, after }: { before: readonly number[]; after: readonly number[] },
): Value {
  return x.shape.reduce((folded, _, axis) => foldAxis(folded, axis, before[axis]!, after[axis]!), x);
}

function foldAxis(x: Value, axis: number, before: number, after: number): Value {
  if (before === 0 && after === 0) return x;
  const extent = x.shape[axis]! - before - after;
  const part = (from: number, to: number) => slice(x, { starts: [before + from], ends: [before + to], axes: [axis] });
  // Pixels 1…before mirror the strip above, pixels extent−1−after…extent−2 the strip below; small images have them overlap.
  const strips: Value[] = [];
  const edges = [...new Set([0, 1, before + 1, extent - 1 - after, extent - 1, extent])]
    .filter((edge) => edge >= 0 && edge <= extent)
    .sort((a, b) => a - b);
  for (let i = 0; i + 1 < edges.length; i++) {
    const [from, to] = [edges[i]!, edges[i + 1]!];
    let strip = part(from, to);
    if (from >= 1 && to <= before + 1) strip = add(strip, flip(part(-to + 1, -from + 1), [axis]));
    if (from >= extent - 1 - after && to <= extent - 1)
      strip = add(strip, flip(part(2 * extent - 1 - to, 2 * extent - 1 - from), [axis]));
    strips.push(strip);
  }
  return concat(strips, axis);
}
