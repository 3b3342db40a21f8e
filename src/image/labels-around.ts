import type { LabelMap } from "../core/plane.ts";

const NONE: ReadonlySet<number> = new Set();

/** Labels of the other objects among the 8 neighbours of a pixel; the background is none. */
export function labelsAround({ data, height, width }: LabelMap, y: number, x: number): ReadonlySet<number> {
  const own = data[y * width + x]!;
  let found: Set<number> | undefined;
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
      const other = data[ny * width + nx]!;
      if (other === 0 || other === own) continue;
      found ??= new Set();
      found.add(other);
    }
  return found ?? NONE; // hardly any pixel has some, and a set for each would take time
}
