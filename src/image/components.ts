import type { LabelMap, Mask } from "../core/plane.ts";

/** Which neighbours touch a pixel: the four beside it, or the eight around it. */
export type Connectivity = 4 | 8;

/** A label map whose labels are 1 … `count`. */
export interface CountedLabelMap extends LabelMap {
  readonly count: number;
}

/**
 * Connected pieces of a mask, numbered in the order in which a row-by-row scan meets them.
 *
 * In a label map, pixels belong together only if their labels are equal, so an object that lies in two parts gets two numbers
 * and touching objects stay apart.
 *
 * @see Wu, Otoo & Suzuki, Pattern Anal. Appl. 12, 117 (2009): two scans with union-find
 */
export function components(
  mask: Mask | LabelMap,
  { connectivity = 8 }: { connectivity?: Connectivity } = {},
): CountedLabelMap {
  const { height, width } = mask;
  const source = mask.data;
  const data = new Uint32Array(height * width);
  const parent = new Uint32Array(height * width + 1);
  let provisional = 0;

  const root = (label: number) => {
    let top = label;
    while (parent[top] !== top) top = parent[top]!;
    while (parent[label] !== top) {
      const next = parent[label]!;
      parent[label] = top;
      label = next;
    }
    return top;
  };
  /** Number of two pieces that turned out to be one: the older, so that numbers keep the order of the scan. */
  const united = (a: number, b: number) => {
    if (a === b) return a;
    const rootA = root(a);
    const rootB = root(b);
    const older = Math.min(rootA, rootB);
    parent[Math.max(rootA, rootB)] = older;
    return older;
  };

  const diagonal = connectivity === 8;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const value = source[i]!;
      if (value === 0) continue;
      let label = 0;
      const meets = (neighbour: number) => {
        if (source[neighbour] === value) label = label === 0 ? data[neighbour]! : united(label, data[neighbour]!);
      };
      if (x > 0) meets(i - 1);
      if (y > 0) {
        meets(i - width);
        if (diagonal && x > 0) meets(i - width - 1);
        if (diagonal && x < width - 1) meets(i - width + 1);
      }
      if (label === 0) {
        label = ++provisional;
        parent[label] = label;
      }
      data[i] = label;
    }
  }

  // A root is older than everything below it, so one upward pass settles all final numbers.
  const final = new Uint32Array(provisional + 1);
  let count = 0;
  for (let label = 1; label <= provisional; label++)
    final[label] = parent[label] === label ? ++count : final[parent[label]!]!;
  for (let i = 0; i < data.length; i++) data[i] = final[data[i]!]!;
  return { data, height, width, count };
}
