import type { LabelMap, Mask, Plane } from "../core/plane.ts";
import type { Connectivity } from "./components.ts";
import { requireSameSize } from "./require-same-size.ts";

/** Pixels waiting to be flooded: lowest value first, first come first served among equals. */
function floodQueue(capacity: number) {
  // A binary heap in three arrays. The arrival number breaks ties, so the result never depends on the heap's inner order.
  const values = new Float32Array(capacity);
  const arrivals = new Int32Array(capacity);
  const pixels = new Int32Array(capacity);
  let size = 0;
  let arrived = 0;

  return {
    push(pixel: number, value: number) {
      let hole = size++;
      // The newcomer is the youngest, so it passes only strictly higher values.
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        if (values[parent]! <= value) break;
        values[hole] = values[parent]!;
        arrivals[hole] = arrivals[parent]!;
        pixels[hole] = pixels[parent]!;
        hole = parent;
      }
      values[hole] = value;
      arrivals[hole] = arrived++;
      pixels[hole] = pixel;
    },
    /** The next pixel, or -1 when none waits. */
    pop(): number {
      if (size === 0) return -1;
      const first = pixels[0]!;
      size--;
      const value = values[size]!;
      const arrival = arrivals[size]!;
      let hole = 0;
      for (let child = 1; child < size; child = 2 * hole + 1) {
        let least = values[child]!;
        if (child + 1 < size) {
          const sibling = values[child + 1]!;
          if (sibling < least || (sibling === least && arrivals[child + 1]! < arrivals[child]!)) {
            child++;
            least = sibling;
          }
        }
        if (least > value || (least === value && arrivals[child]! > arrival)) break;
        values[hole] = least;
        arrivals[hole] = arrivals[child]!;
        pixels[hole] = pixels[child]!;
        hole = child;
      }
      values[hole] = value;
      arrivals[hole] = arrival;
      pixels[hole] = pixels[size]!;
      return first;
    },
  };
}

/** Where a label can go from a pixel, nearest first; the order decides between equals. */
const SIDES = [
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, 0],
] as const;
const CORNERS = [
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
] as const;

/**
 * Watershed by flooding: every marker grows over the mask, low priority values first, until the markers meet.
 *
 * For touching nuclei the usual priority is the negative distance transform, with one marker in each nucleus. Pixels that no
 * marker can reach inside the mask stay 0; there are no dividing lines. Ties go to the pixel that was reached first, markers in
 * the order of the rows, so the result is the same on every machine.
 *
 * @param priority `[H, W]`, flooded from low to high
 * @param markers `[H, W]`, the labels to grow
 * @param mask `[H, W]`, where labels may grow; by default everywhere
 * @throws {@link ShapeError} when the sizes differ
 * @see Meyer, "Color image segmentation", ICIP 1992; as `skimage.segmentation.watershed`
 */
export function watershed(
  priority: Plane,
  markers: LabelMap,
  mask?: Mask | LabelMap,
  { connectivity = 4 }: { connectivity?: Connectivity } = {},
): LabelMap {
  requireSameSize("watershed markers", priority, markers);
  if (mask) requireSameSize("watershed mask", priority, mask);
  const { height, width } = priority;
  const data = new Uint32Array(height * width);
  const queue = floodQueue(data.length);

  // Pixels still free, with a closed frame of one pixel around the image, so that neighbours need no test for the border.
  const stride = width + 2;
  const isFree = new Uint8Array((height + 2) * stride);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (mask && mask.data[i] === 0) continue;
      if (markers.data[i] === 0) {
        isFree[(y + 1) * stride + x + 1] = 1;
      } else {
        data[i] = markers.data[i]!;
        queue.push(i, priority.data[i]!);
      }
    }
  }

  const steps: readonly (readonly [dy: number, dx: number])[] = connectivity === 8 ? [...SIDES, ...CORNERS] : SIDES;
  const imageSteps = Int32Array.from(steps, ([dy, dx]) => dy * width + dx);
  const frameSteps = Int32Array.from(steps, ([dy, dx]) => dy * stride + dx);
  for (let pixel = queue.pop(); pixel >= 0; pixel = queue.pop()) {
    const label = data[pixel]!;
    const framed = pixel + stride + 1 + 2 * Math.floor(pixel / width);
    for (let k = 0; k < imageSteps.length; k++) {
      if (isFree[framed + frameSteps[k]!] === 0) continue;
      isFree[framed + frameSteps[k]!] = 0;
      const neighbour = pixel + imageSteps[k]!;
      data[neighbour] = label;
      queue.push(neighbour, priority.data[neighbour]!);
    }
  }
  return { data, height, width };
}
