import type { LabelMap } from "../core/plane.ts";
import { components } from "../image/components.ts";

/** What can be seen of one label map without its image. */
export interface LabelFacts {
  /** Area of each object in pixels. */
  readonly areas: readonly number[];
  /** Objects that lie in several separate pieces. */
  readonly fragmented: readonly number[];
  /** Objects one pixel wide, along the edge of a brighter neighbour: left by interpolation. */
  readonly slivers: number;
  /** Separate pieces, whatever their values. */
  readonly pieces: number;
}

/** Whether the pixel has four neighbours of its own label: true somewhere in every object that is at least three pixels wide. */
function isInterior({ data, height, width }: LabelMap, i: number): boolean {
  const x = i % width;
  const label = data[i];
  const same = (neighbour: number, isInside: boolean) => !isInside || data[neighbour] === label;
  return (
    same(i - 1, x > 0) &&
    same(i + 1, x < width - 1) &&
    same(i - width, i >= width) &&
    same(i + width, i < width * (height - 1))
  );
}

/**
 * Facts about a label map: areas, fragments, and the slivers that interpolation leaves.
 *
 * A mask resized with interpolation has grey values between those of the objects and 0; read as labels, each is a thin object between a
 * higher value and a lower one.
 */
export function labelFacts(labels: LabelMap): LabelFacts {
  const { data, width, height } = labels;
  const area = new Map<number, number>();
  const hasInterior = new Set<number>();
  const higherBeside = new Map<number, number>();
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!;
    if (label === 0) continue;
    area.set(label, (area.get(label) ?? 0) + 1);
    if (!hasInterior.has(label) && isInterior(labels, i)) hasInterior.add(label);
    const x = i % width;
    const beside = [
      x > 0 ? data[i - 1]! : 0,
      x < width - 1 ? data[i + 1]! : 0,
      data[i - width] ?? 0,
      data[i + width] ?? 0,
    ];
    if (beside.some((other) => other > label)) higherBeside.set(label, (higherBeside.get(label) ?? 0) + 1);
  }
  const slivers = [...area].filter(
    ([label, n]) => !hasInterior.has(label) && (higherBeside.get(label) ?? 0) >= 0.3 * n,
  ).length;

  const parts = components(labels, { connectivity: 8 });
  const firstPart = new Map<number, number>();
  const fragmented = new Set<number>();
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!;
    if (label === 0) continue;
    const known = firstPart.get(label);
    if (known === undefined) firstPart.set(label, parts.data[i]!);
    else if (known !== parts.data[i]) fragmented.add(label);
  }
  const mask = { data: Uint8Array.from(data, (label) => (label > 0 ? 1 : 0)), height, width };
  return {
    areas: [...area.values()],
    fragmented: [...fragmented].sort((a, b) => a - b),
    slivers,
    pieces: components(mask, { connectivity: 8 }).count,
  };
}
