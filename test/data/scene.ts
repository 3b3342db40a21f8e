import type { LabelMap, Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";

/** Bright discs with known outlines on a dark ground, blurred and noisy; grey level 0 outside, about `bright` inside. */
export function nucleiScene(
  random: Random,
  { size = 128, count = 12, radius = 8, blur = 1, texture = 0.02, bright = () => 1 as number } = {},
): { plane: Plane; labels: LabelMap } {
  const data = new Float32Array(size * size);
  const labels = new Uint32Array(size * size);
  const centres: [number, number, number][] = [];
  for (let tries = 0; centres.length < count && tries < 2000; tries++) {
    const r = radius * random.between(0.8, 1.2);
    const [y, x] = [random.between(r + 2, size - r - 2), random.between(r + 2, size - r - 2)];
    if (centres.every(([cy, cx, cr]) => Math.hypot(y - cy, x - cx) > r + cr + 4)) centres.push([y, x, r]);
  }
  for (const [index, [cy, cx, r]] of centres.entries()) {
    const level = bright();
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        if (Math.hypot(y - cy, x - cx) <= r) {
          labels[y * size + x] = index + 1;
          data[y * size + x] = level;
        }
  }
  const blurred = gaussianBlur({ data, height: size, width: size }, blur);
  const plane = { ...blurred, data: blurred.data.map((value) => Math.max(0, value + texture * random.normal())) };
  return { plane, labels: { data: labels, height: size, width: size } };
}
