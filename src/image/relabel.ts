import type { LabelMap } from "../core/plane.ts";
import type { CountedLabelMap } from "./components.ts";

/** Labels renumbered 1 … `count` without gaps, in the order of their old numbers; 0 stays 0. */
export function relabel(labels: LabelMap): CountedLabelMap {
  const { height, width } = labels;
  const old = new Set<number>(labels.data);
  old.delete(0);
  const renumbered = new Map([...old].sort((a, b) => a - b).map((label, index) => [label, index + 1]));
  renumbered.set(0, 0);
  const data = new Uint32Array(height * width);
  let previous = 0;
  let next = 0;
  for (let i = 0; i < data.length; i++) {
    const label = labels.data[i]!;
    // Labels come in runs: most pixels need no look-up.
    if (label !== previous) {
      previous = label;
      next = renumbered.get(label)!;
    }
    data[i] = next;
  }
  return { data, height, width, count: renumbered.size - 1 };
}
