/** Resize in its many modes: each output row and column is a weighted sum of input rows and columns, whatever the mode. */

import { formatShape } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { upsampleNearest2d } from "../../ops/index.ts";
import { separable2d, type Taps } from "../../ops/separable.ts";
import { axesOf, type ForeignNode, type ForeignRule } from "../foreign-node.ts";
import { requireModestSize } from "../host-array.ts";

/** Resizing of the last two axes. */
export const resizeRules: Readonly<Record<string, ForeignRule>> = { Resize: resize };

/** One axis before and after. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

function resize(node: ForeignNode): Value {
  const x = node.value(0);
  const stretches = stretchesOf(node);
  const rank = x.shape.length;
  const changed = stretches.findIndex(({ from, to }, axis) => axis < rank - 2 && from !== to);
  if (rank < 2 || changed >= 0)
    throw node.refusal("a change of the last two axes", `axis ${changed} of ${formatShape(x.shape)}`);
  const [rows, columns] = stretches.slice(-2) as [Stretch, Stretch];
  for (const { from, to } of [rows, columns]) requireModestSize([from, to], node.where);
  const taps = [rows, columns].map((stretch) => tapsOf(node, stretch)) as [Taps | undefined, Taps | undefined];
  const factor = rows.to / rows.from;
  if (
    rank === 4 &&
    columns.to === columns.from * factor &&
    repeats(taps[0], rows, factor) &&
    repeats(taps[1], columns, factor)
  )
    return upsampleNearest2d(x, factor);
  return separable2d(x, [rows.to, columns.to], taps);
}

/** Sizes of all axes, from `scales` or `sizes`, of which exactly one is given. */
function stretchesOf(node: ForeignNode): Stretch[] {
  const shape = node.shape(0);
  const given = node.ints("axes");
  const axes = given ? axesOf(node, given, shape.length) : shape.map((_, axis) => axis);
  const nonEmpty = (input: number) =>
    node.has(input) && node.known(input).numbers.length > 0 ? node.list(input)! : null;
  const [scales, sizes] = [nonEmpty(2), nonEmpty(3)];
  const numbers = scales ?? sizes;
  if (!numbers || (scales && sizes) || numbers.length !== axes.length || numbers.some((number) => !(number > 0)))
    throw node.refusal(`scales or sizes for ${axes.length} axes`, numbers ? formatShape(numbers) : "none");
  const policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (sizes && policy !== "stretch") throw node.refusal("keep_aspect_ratio_policy stretch", policy);
  return shape.map((from, axis) => {
    const number = numbers[axes.indexOf(axis)];
    if (number === undefined) return { from, to: from, scale: 1 };
    const to = scales ? Math.floor(from * number) : number;
    if (!(Number.isSafeInteger(to) && to >= 1)) throw node.refusal("sizes of 1 or more", `${to}`);
    return { from, to, scale: scales ? number : to / from };
  });
}

/** Whether every output takes exactly the input that is its place divided by a whole factor. */
function repeats(taps: Taps | undefined, { from, to }: Stretch, factor: number): boolean {
  if (!taps || !Number.isInteger(factor) || to !== from * factor) return false;
  for (let i = 0; i < to; i++) {
    const [[place, weight] = [], ...others] = [...taps(i)];
    if (place !== Math.floor(i / factor) || weight !== 1 || others.length > 0) return false;
  }
  return true;
}

function tapsOf(node: ForeignNode, stretch: Stretch): Taps | undefined {
  const { from, to, scale } = stretch;
  if (from === to && scale === 1) return undefined;
  const mode = node.text("mode", "nearest");
  if (node.int("antialias", 0) && scale < 1 && mode !== "nearest")
    throw node.refusal("no antialias", "antialias", "Blur before the network instead, or export with antialias=False.");
  const placeOf = coordinates(node, stretch, mode);
  const last = from - 1;
  if (mode === "nearest") {
    const round = roundings[node.text("nearest_mode", "round_prefer_floor")];
    if (!round) throw node.refusal("a nearest_mode of the standard", node.text("nearest_mode", ""));
    return (i) => [[Math.min(Math.max(round(placeOf(i)), 0), last), 1]];
  }
  if (mode === "linear")
    return (i) => {
      const place = Math.min(Math.max(placeOf(i), 0), last);
      const low = Math.floor(place);
      return [
        [low, 1 - (place - low)],
        [Math.min(low + 1, last), place - low],
      ];
    };
  if (mode === "cubic") {
    const [a, leavesOut] = [node.float("cubic_coeff_a", -0.75), node.int("exclude_outside", 0) !== 0];
    return (i) => cubicTaps(placeOf(i), last, a, leavesOut);
  }
  throw node.refusal("mode nearest, linear or cubic", mode);
}

/** @see Keys, "Cubic convolution interpolation", IEEE Trans. ASSP 29 (1981) */
function cubicTaps(place: number, last: number, a: number, leavesOut: boolean): [number, number][] {
  const low = Math.floor(place);
  const weight = (distance: number) =>
    distance <= 1
      ? (a + 2) * distance ** 3 - (a + 3) * distance ** 2 + 1
      : a * distance ** 3 - 5 * a * distance ** 2 + 8 * a * distance - 4 * a;
  const taps = [-1, 0, 1, 2].map((step): [number, number] => [low + step, weight(Math.abs(place - low - step))]);
  if (!leavesOut) return taps.map(([at, number]) => [Math.min(Math.max(at, 0), last), number]);
  const inside = taps.filter(([at]) => at >= 0 && at <= last);
  const total = inside.reduce((sum, [, number]) => sum + number, 0);
  return inside.map(([at, number]) => [at, number / total]);
}

const roundings: Readonly<Record<string, (place: number) => number>> = {
  ceil: Math.ceil,
  floor: Math.floor,
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
};

/** Where an output lies among the inputs. Rounded to float32 at every step as the runtime does: half a pixel can hang on a last bit. */
function coordinates(node: ForeignNode, { from, to, scale }: Stretch, mode: string): (output: number) => number {
  const f = Math.fround;
  const centred = (i: number) => f(f(f(i + 0.5) / f(scale)) - 0.5);
  const name = node.text("coordinate_transformation_mode", "half_pixel");
  switch (name) {
    case "half_pixel":
      return centred;
    case "half_pixel_symmetric": {
      const offset = (from / 2) * (1 - to / (from * scale));
      return (i) => f(offset + centred(i));
    }
    case "pytorch_half_pixel":
      return (i) => (to > 1 ? centred(i) : 0);
    case "align_corners":
      return (i) => (to > 1 ? f(f(i * (from - 1)) / f(to - 1)) : 0);
    case "asymmetric":
      return (i) => f(i / f(scale));
    case "tf_half_pixel_for_nn":
      if (mode === "nearest") return (i) => f(f(i + 0.5) / f(scale));
  }
  throw node.refusal("a coordinate_transformation_mode without a region", name);
}
