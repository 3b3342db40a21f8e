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
  const allowed = mask?.data;
  const data = new Uint32Array(height * width);
  const queue = floodQueue(data.length);

  for (let i = 0; i < data.length; i++) {
    if (markers.data[i] === 0 || (allowed && allowed[i] === 0)) continue;
    data[i] = markers.data[i]!;
    queue.push(i, priority.data[i]!);
  }

  for (let pixel = queue.pop(); pixel >= 0; pixel = queue.pop()) {
    const label = data[pixel]!;
    const x = pixel % width;
    const hasLeft = x > 0;
    const hasRight = x < width - 1;
    const hasAbove = pixel >= width;
    const hasBelow = pixel < data.length - width;
    const reach = (neighbour: number) => {
      if (data[neighbour] !== 0 || (allowed && allowed[neighbour] === 0)) return;
      data[neighbour] = label;
      queue.push(neighbour, priority.data[neighbour]!);
    };
    if (hasAbove) reach(pixel - width);
    if (hasLeft) reach(pixel - 1);
    if (hasRight) reach(pixel + 1);
    if (hasBelow) reach(pixel + width);
    if (connectivity === 4) continue;
    if (hasAbove && hasLeft) reach(pixel - width - 1);
    if (hasAbove && hasRight) reach(pixel - width + 1);
    if (hasBelow && hasLeft) reach(pixel + width - 1);
    if (hasBelow && hasRight) reach(pixel + width + 1);
  }
  return { data, height, width };
}
