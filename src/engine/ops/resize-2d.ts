import type { Shape } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import { upsampleNearest2d } from "./average-pool-2d.ts";
import { separable2d, type Taps } from "./separable.ts";
import { pair } from "./window.ts";

/** How pixels between pixels come about. */
export interface ResizeOptions {
  /** `[height, width]` of the result. */
  readonly size: number | Shape;
  readonly mode: "nearest" | "bilinear";
}

/**
 * Image `[N, C, H, W]` brought to another size, larger or smaller: `[N, C, height, width]`, as PyTorch's `interpolate`.
 *
 * Bilinear counts pixel centres at half-integers and repeats edges (`align_corners=False`, no antialiasing); nearest takes pixel
 * `⌊i · H / height⌋`.
 */
export function resize2d(x: Value, { size, mode }: ResizeOptions): Value {
  const [from, to] = [x.shape.slice(-2), pair(size)];
  const factor = to[0]! / from[0]!;
  if (mode === "nearest" && Number.isInteger(factor) && to[1]! === from[1]! * factor)
    return upsampleNearest2d(x, factor);
  const along = (axis: 0 | 1): Taps | undefined =>
    to[axis] === from[axis] ? undefined : interpolations[mode](from[axis]!, to[axis]!);
  return separable2d(x, to, [along(0), along(1)]);
}

/** Bilinear enlargement `[N, C, H, W]` to `[N, C, H·factor, W·factor]`; see {@link resize2d}. */
export function upsampleBilinear2d(x: Value, factor = 2): Value {
  return resize2d(x, { size: x.shape.slice(-2).map((extent) => extent * factor), mode: "bilinear" });
}

const interpolations: Record<ResizeOptions["mode"], (from: number, to: number) => Taps> = {
  nearest: (from, to) => (i) => [[Math.min(Math.floor((i * from) / to), from - 1), 1]],
  bilinear: (from, to) => (i) => {
    const place = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(place), from - 1);
    const part = place - low;
    return [
      [low, 1 - part],
      [Math.min(low + 1, from - 1), part],
    ];
  },
};
