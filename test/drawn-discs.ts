import { emptyLabelMap, type LabelMap } from "../src/core/plane.ts";

/** Discs with labels 1 … n, later ones over earlier ones; centre and radius in pixels. */
export function withDiscs(
  height: number,
  width: number,
  discs: readonly (readonly [y: number, x: number, r: number])[],
): LabelMap {
  const labels = emptyLabelMap(height, width);
  discs.forEach(([cy, cx, r], i) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) if (Math.hypot(y - cy, x - cx) <= r) labels.data[y * width + x] = i + 1;
  });
  return labels;
}
