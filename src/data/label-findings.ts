import type { LabelMap } from "../core/plane.ts";
import { components } from "../image/components.ts";
import { listed, plural } from "./counted-text.ts";
import type { Item } from "./dataset.ts";
import type { Finding } from "./finding.ts";

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

/** What is wrong with the labels of one image; `areas` are those of its objects. */
export function labelFindings({ name, annotations }: Item): {
  findings: Finding[];
  areas: readonly number[] | undefined;
} {
  const { instances } = annotations;
  if (!instances) return { findings: [], areas: undefined };
  const { areas, fragmented, slivers, pieces } = labelFacts(instances);
  const findings: Finding[] = [];
  const add = (severity: Finding["severity"], message: string, fix: string) =>
    findings.push({ severity, where: name, message, fix });
  if (areas.length === 0)
    add("warning", "The label map is empty.", "If the image shows objects, label them; otherwise all is well.");
  if (areas.length === 1 && pieces > 1)
    add(
      "error",
      `The label map has one value, yet ${pieces} separate pieces: a mask of foreground, not of single objects.`,
      "Give each object a number of its own; where none touch, label the connected pieces (Fiji: Analyze Particles, Count Masks).",
    );
  if (slivers >= 5 && slivers >= 0.3 * areas.length)
    add(
      "error",
      `${slivers} of ${areas.length} label values are one pixel wide and lie along the edges of others: the label map was interpolated.`,
      "Resize labels with nearest neighbour only, and never save them as JPEG; export them again from the original.",
    );
  else if (fragmented.length > 0 && areas.length > 1)
    add(
      "warning",
      `${plural(fragmented.length, "label")} in several separate pieces: ${listed(fragmented.map(String), 5)}.`,
      "Two objects may have one number, or stray pixels were painted; look at them in the preview.",
    );
  const largest = areas.reduce((most, area) => Math.max(most, area), 0);
  if (largest > 0.6 * instances.data.length)
    add(
      "warning",
      "One label covers more than 60 % of the image: the background may be labelled.",
      "Background must be 0.",
    );
  return { findings, areas };
}
