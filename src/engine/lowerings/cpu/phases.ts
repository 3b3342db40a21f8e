/** A convolution transposed with stride s is s convolutions per axis, whose results take turns. */

import type { Blocked, BlockedPen, ImageShape } from "./pen.ts";

/** The convolution along one axis that makes every s-th result. */
export interface Phase {
  /** Taps of the kernel that take part, in the order of the pixels they read. */
  readonly taps: readonly number[];
  /** Zeros before and after. */
  readonly before: number;
  readonly after: number;
  /** Distance of the pixels read. */
  readonly step: number;
}

/**
 * Phases along one axis from `from` to `to` pixels, or nothing where they do not all have the same number of results, or lack a tap.
 *
 * Result `s·u + a` gets tap i from pixel `(s·u + a + before − d·i) / s`, where that is whole.
 */
export function phases(axis: {
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly dilation: number;
  readonly from: number;
  readonly to: number;
}): Phase[] | undefined {
  const { kernel, stride, before, dilation, from, to } = axis;
  if (to % stride !== 0 || (stride > 1 && dilation > 1)) return undefined;
  const count = to / stride;
  const found = Array.from({ length: stride }, (_, phase) => {
    const taps = Array.from({ length: kernel }, (_, i) => i).filter(
      (i) => (phase + before - dilation * i) % stride === 0,
    );
    taps.reverse(); // the last tap reads the first pixel
    if (taps.length === 0) return undefined;
    const first = (phase + before - dilation * taps[0]!) / stride; // pixel that result `phase` reads first
    const last = (phase + before - dilation * taps.at(-1)!) / stride + count - 1;
    return { taps, before: 0 - first, after: last - (from - 1), step: dilation };
  });
  return found.every((phase) => phase !== undefined && phase.before >= 0 && phase.after >= 0)
    ? (found as Phase[])
    : undefined;
}

/** Images `parts[a][b]` of equal size as one, in which row `s·u + a` and column `s·v + b` come from row u and column v of part (a, b). */
export function interleaved(pen: BlockedPen, parts: readonly (readonly Blocked[])[], shape: ImageShape): Blocked {
  const [n, c, height, width] = shape;
  const [down, beside] = [parts.length, parts[0]!.length];
  const [rows, row] = [(n * c * height) / (pen.block * down), width * pen.block]; // rows of a part, numbers of a row
  const pixels = (rows * width) / beside;
  const joined = (names: readonly string[]) =>
    names.length === 1 ? names[0]! : pen.node("Concat", names, { axis: 1 });
  const wide = parts.map((line) => {
    const columns = line.map((part) => pen.view(part.name, part.shape, [pixels, 1, pen.block]));
    return pen.view(joined(columns), [pixels, beside, pen.block], [rows, 1, row]);
  });
  return { name: pen.view(joined(wide), [rows, down, row], shape), shape };
}
