import type { BlockedPen, ImageShape, Matrix } from "./pen.ts";
import { type BlockedRule, imageLayout } from "./rule.ts";
import { summedRows } from "./winograd.ts";

/** The adjoint of a mirrored border, along rows and then along columns: only the strips that the border touches are added. */
export const foldReflection: BlockedRule<{ before: readonly number[]; after: readonly number[] }> = (
  { inputs: [x], attributes: { before, after }, y },
  pen,
) => {
  const layout = imageLayout(pen, x!);
  if (!layout || [before, after].some(([n, c]) => n !== 0 || c !== 0)) return undefined;
  const [n, c, height, width] = layout.shape;
  const planes = (n * c) / pen.block;
  const border = { length: height, before: before[2]!, after: after[2]! };
  const inner = y.shape[2]!;
  const rows = layout.rowSums
    ? summedRows(pen, layout.rowSums.from, foldedSums(layout.rowSums.sums, border))
    : folded(pen, pen.view(layout.name, layout.shape, [planes, height, width * pen.block]), border);
  const lines = pen.view(rows, [planes, inner, width * pen.block], [planes * inner, width, pen.block]);
  const columns = folded(pen, lines, { length: width, before: before[3]!, after: after[3]! });
  const shape = y.shape as ImageShape;
  return { name: pen.view(columns, [planes * inner, shape[3], pen.block], shape), shape };
};

/** A side of an image with a mirrored border. */
interface Border {
  readonly length: number;
  readonly before: number;
  readonly after: number;
}

/** Rows that are sums, folded likewise: sums of the same. */
function foldedSums(sums: Matrix, { length, before, after }: Border): Matrix {
  const inside = sums.slice(before, length - after).map((row) => [...row]);
  const fold = (row: readonly number[], onto: number) => {
    inside[onto] = inside[onto]!.map((weight, i) => weight + row[i]!);
  };
  for (let i = 0; i < before; i++) fold(sums[i]!, before - i);
  for (let i = 0; i < after; i++) fold(sums[length - after + i]!, inside.length - 2 - i);
  return inside;
}

/** Axis 1 of an array with three, `length` long, with `before` and `after` folded back inwards. */
function folded(pen: BlockedPen, name: string, { length, before, after }: Border): string {
  if (before === 0 && after === 0) return name;
  const extent = length - before - after;
  // Places 1 … before mirror the strip ahead, places extent−1−after … extent−2 the strip behind; on short axes they overlap
  const inside = [0, 1, before + 1, extent - 1 - after, extent - 1, extent].filter(
    (edge) => edge >= 0 && edge <= extent,
  );
  const edges = [...new Set(inside)].sort((a, b) => a - b);
  const part = (from: number, to: number) => {
    const [start, end] = [pen.ints([before + from]), pen.ints([before + to])];
    return pen.node("Slice", [name, start, end, pen.ints([1])]);
  };
  const mirrored = (from: number, to: number) => {
    const strip = part(from, to);
    if (to - from === 1) return strip;
    return pen.node("Slice", [strip, pen.ints([-1]), pen.ints([-(2 ** 31)]), pen.ints([1]), pen.ints([-1])]);
  };
  const strips = edges.slice(1).map((to, i) => {
    const from = edges[i]!;
    let strip = part(from, to);
    if (from >= 1 && to <= before + 1) strip = pen.node("Add", [strip, mirrored(1 - to, 1 - from)]);
    if (from >= extent - 1 - after && to <= extent - 1)
      strip = pen.node("Add", [strip, mirrored(2 * extent - 1 - to, 2 * extent - 1 - from)]);
    return strip;
  });
  return strips.length === 1 ? strips[0]! : pen.node("Concat", strips, { axis: 1 });
}
