import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { resizePlane } from "../../src/image/resize-plane.ts";
import type { ImagePair, Scale } from "../../src/tasks/super-resolve/index.ts";

/** A few wandering lines, on the unit scale. */
export function lines(random: Random, edgePx: number): Plane {
  const plane = emptyPlane(edgePx, edgePx);
  for (let line = 0; line < edgePx / 12; line++) {
    let [y, x, angle] = [random.uniform() * edgePx, random.uniform() * edgePx, random.between(0, 2 * Math.PI)];
    for (let i = 0; i < 4 * edgePx; i++) {
      angle += 0.03 * random.normal();
      y += 0.5 * Math.sin(angle);
      x += 0.5 * Math.cos(angle);
      const [row, column] = [Math.round(y), Math.round(x)];
      if (row >= 0 && column >= 0 && row < edgePx && column < edgePx) plane.data[row * edgePx + column] = 1;
    }
  }
  const soft = gaussianBlur(plane, 0.8);
  return { ...soft, data: soft.data.map((value) => Math.min(1, 1.5 * value)) };
}

/** Lines, and how a bad microscope shows them: blurred by 2 px, noisy, and on a grid `scale` times coarser. */
export function toyPair(random: Random, { edgePx = 48, scale = 1 as Scale, noise = 0.02 } = {}): ImagePair {
  const high = lines(random.fork("lines"), edgePx);
  const blurred = gaussianBlur(high, 2);
  const low = scale === 1 ? blurred : resizePlane(blurred, edgePx / scale, edgePx / scale, { method: "area" });
  const camera = random.fork("noise");
  return { high, low: { ...low, data: low.data.map((value) => value + noise * camera.normal()) } };
}

/** Peak signal-to-noise ratio in dB for a range of 1, written out: no metric of the project is needed to test a task. */
export function decibels(truth: Plane, image: Plane): number {
  const squares = truth.data.reduce((sum, value, i) => sum + (value - image.data[i]!) ** 2, 0);
  return -10 * Math.log10(squares / truth.data.length);
}
