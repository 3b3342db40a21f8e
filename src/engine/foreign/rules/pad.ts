import type { Value } from "../../graph.ts";
import { add, broadcastTo, concat, pad, slice } from "../../ops/index.ts";
import { axesOf, type ForeignNode } from "../foreign-node.ts";
import { requireModestSize } from "../host-array.ts";

/** Widths before and after each axis. */
interface Widths {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Pad in its modes; negative widths cut off. */
export function padRule(node: ForeignNode): Value {
  const { before, after } = widthsOf(node);
  const mode = node.text("mode", "constant");
  const cut = (widths: readonly number[]) => widths.map((width) => Math.max(0, -width));
  const [first, last] = [cut(before), cut(after)];
  const whole = node.value(0);
  const x = slice(whole, { starts: first, ends: whole.shape.map((extent, axis) => extent - last[axis]!) });
  const grow = { before: before.map((width) => Math.max(0, width)), after: after.map((width) => Math.max(0, width)) };
  if (mode === "constant") return padConstant(node, x, grow);
  if (mode === "reflect") return pad(x, { pads: [...grow.before, ...grow.after], mode });
  if (mode === "edge") return x.shape.reduce((y, _, axis) => repeatEdges(y, axis, grow), x);
  throw node.refusal("mode constant, reflect or edge", mode, "Export the model with one of these borders.");
}

function widthsOf(node: ForeignNode): Widths {
  const rank = node.shape(0).length;
  const widths = node.list(1, "pads") ?? [];
  const axes = node.has(3) ? axesOf(node, node.list(3)!, rank) : Array.from({ length: rank }, (_, axis) => axis);
  if (widths.length !== 2 * axes.length) throw node.refusal(`${2 * axes.length} widths`, `${widths.length}`);
  const along = (numbers: readonly number[]) =>
    Array.from({ length: rank }, (_, axis) => numbers[axes.indexOf(axis)] ?? 0);
  return { before: along(widths.slice(0, axes.length)), after: along(widths.slice(axes.length)) };
}

/** Zeros around x, to which a border of another number is added where it is not zero; infinities come out right too. */
function padConstant(node: ForeignNode, x: Value, { before, after }: Widths): Value {
  const fill = node.list(2)?.[0] ?? 0;
  const padded = pad(x, { pads: [...before, ...after] });
  if (fill === 0 || padded === x) return padded;
  const border = x.shape.map((extent, axis) =>
    before[axis] || after[axis] ? padded.shape[axis]! : Math.min(1, extent),
  );
  const numbers = new Float32Array(requireModestSize(border, node.where));
  for (let i = 0; i < numbers.length; i++) {
    let rest = i;
    let inside = true;
    for (let axis = border.length - 1; axis >= 0; axis--) {
      const place = rest % border[axis]!;
      rest = Math.floor(rest / border[axis]!);
      if (border[axis] !== 1 || padded.shape[axis] === 1)
        inside &&= place >= before[axis]! && place < before[axis]! + x.shape[axis]!;
    }
    numbers[i] = inside ? 0 : fill;
  }
  return add(padded, x.graph.constant(numbers, border));
}

function repeatEdges(x: Value, axis: number, { before, after }: Widths): Value {
  const extent = x.shape[axis]!;
  const edge = (start: number, width: number) =>
    width === 0
      ? []
      : [broadcastTo(slice(x, { starts: [start], ends: [start + 1], axes: [axis] }), x.shape.with(axis, width))];
  return concat([...edge(0, before[axis]!), x, ...edge(extent - 1, after[axis]!)], axis);
}
