import { transformSize } from "./column-transform.ts";
import type { Sized } from "./require-same-size.ts";

/** Side of the square transform in which templates are correlated with images, piece by piece when those are larger. */
export interface CorrelationPlan {
  /** Side of the template, px. */
  readonly templatePx: number;
  /** Side of the transform, px. */
  readonly sizePx: number;
  /** Positions that one transform gives along either axis: `sizePx − templatePx + 1`; the rest wraps around. */
  readonly positions: number;
}

/** Largest transform in use: beyond it the work no longer fits the processor's cache. */
const largestPx = 512;

/**
 * The transform that does the given images with least work.
 *
 * A large image is cut into pieces that overlap by the template less one pixel, so that every position is seen once
 * (overlap–save).
 */
export function correlationPlan(templatePx: number, images: readonly Sized[]): CorrelationPlan {
  let best: { plan: CorrelationPlan; cost: number } | undefined;
  const longest = Math.max(...images.map(({ height, width }) => Math.max(height, width)));
  for (let size = transformSize(templatePx); ; size = transformSize(size + 1)) {
    const positions = size - templatePx + 1;
    const pieces = (extent: number) => Math.ceil((extent - templatePx + 1) / positions);
    const count = images.reduce((sum, { height, width }) => sum + pieces(height) * pieces(width), 0);
    // Transforms of all columns one way and of the useful ones the other.
    const cost = count * size * (size + positions) * Math.log2(size);
    if (!best || cost < best.cost) best = { plan: { templatePx, sizePx: size, positions }, cost };
    if (size >= longest || size >= Math.max(largestPx, 2 * templatePx)) return best.plan;
  }
}
