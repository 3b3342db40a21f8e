import { DataError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { Dataset, DatasetEntry } from "./dataset.ts";
import { lazyDataset } from "./memory-dataset.ts";

/** Name and group of every item; reads the items only where the dataset does not list them. */
export async function entriesOf(dataset: Dataset): Promise<readonly DatasetEntry[]> {
  if (dataset.entries) return dataset.entries;
  const entries: DatasetEntry[] = [];
  for (let i = 0; i < dataset.length; i++) {
    const { name, group } = await dataset.get(i);
    entries.push({ name, group });
  }
  return entries;
}

/** The items with these indices, in this order. */
export async function subset(dataset: Dataset, indices: readonly number[], name = dataset.name): Promise<Dataset> {
  const entries = await entriesOf(dataset);
  const outside = indices.find((index) => !entries[index]);
  if (outside !== undefined)
    throw new DataError({
      where: `subset of "${dataset.name}"`,
      expected: `indices from 0 to ${dataset.length - 1}`,
      received: `${outside}`,
    });
  return lazyDataset(
    name,
    indices.map((index) => entries[index]!),
    (i) => dataset.get(indices[i]!),
  );
}

/** How a dataset is split: by shares of the images, or by naming the groups that go to the second part. */
export type SplitOptions =
  | { readonly fractions: readonly number[]; readonly random: Random }
  | { readonly holdOut: readonly string[] };

/**
 * Parts of a dataset such that no group (well, field, patient) is in two of them.
 *
 * With `fractions` (shares that sum to 1) groups are dealt out in random order, each to the part that lacks most of its share, so the
 * shares are met as closely as whole groups allow and no part stays empty. With `holdOut` the parts are the rest and the named groups.
 *
 * @returns the parts in the order of the fractions; items keep their order
 * @throws {@link DataError} when there are fewer groups than parts, or a named group does not exist
 */
export async function splitByGroup(dataset: Dataset, options: SplitOptions): Promise<Dataset[]> {
  const where = `split of "${dataset.name}"`;
  const entries = await entriesOf(dataset);
  const members = new Map<string, number[]>();
  for (const [index, { group }] of entries.entries()) members.set(group, [...(members.get(group) ?? []), index]);
  const parts = "holdOut" in options ? heldOut(where, members, options.holdOut) : dealt(where, members, options);
  return Promise.all(
    parts.map((indices, part) =>
      subset(
        dataset,
        indices.sort((a, b) => a - b),
        `${dataset.name} (part ${part + 1} of ${parts.length})`,
      ),
    ),
  );
}

function heldOut(where: string, members: ReadonlyMap<string, number[]>, groups: readonly string[]): number[][] {
  const missing = groups.find((group) => !members.has(group));
  if (missing !== undefined)
    throw new DataError({
      where,
      expected: `groups of this dataset, such as "${members.keys().next().value}"`,
      received: `"${missing}"`,
      fix: "Group names stand in dataset.json or counts.csv; without these each image is a group of its own name.",
    });
  const held = new Set(groups);
  const indices = (isHeld: boolean) =>
    [...members].filter(([group]) => held.has(group) === isHeld).flatMap(([, all]) => all);
  return [indices(false), indices(true)];
}

function dealt(
  where: string,
  members: ReadonlyMap<string, number[]>,
  { fractions, random }: { fractions: readonly number[]; random: Random },
): number[][] {
  const sum = fractions.reduce((total, fraction) => total + fraction, 0);
  if (fractions.some((fraction) => !(fraction > 0)) || Math.abs(sum - 1) > 1e-6)
    throw new DataError({
      where,
      expected: "positive fractions that sum to 1",
      received: `[${fractions.join(", ")}]`,
    });
  if (members.size < fractions.length)
    throw new DataError({
      where,
      expected: `at least ${fractions.length} groups, one for each part`,
      received: `${members.size}`,
      fix: "Images of one group never part. Give more images, or say by counts.csv which belong together.",
    });
  const total = [...members.values()].reduce((count, indices) => count + indices.length, 0);
  const parts = fractions.map((): number[] => []);
  const groups = random.shuffle([...members.values()]);
  for (const [dealtOut, indices] of groups.entries()) {
    // The last groups are reserved for parts that are still empty.
    const empty = parts.filter((part) => part.length === 0).length;
    const onlyEmpty = groups.length - dealtOut <= empty;
    const lacks = parts.map((part, i) =>
      onlyEmpty && part.length > 0 ? Number.NEGATIVE_INFINITY : fractions[i]! * total - part.length,
    );
    parts[lacks.indexOf(Math.max(...lacks))]!.push(...indices);
  }
  return parts;
}
