import { expect, test } from "vitest";
import { judgedSplit } from "../../src/cli/stages/judged-split.ts";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { canonicalOfImage, imageOfCanonical } from "../../src/data/canonical-image.ts";
import type { Item } from "../../src/data/dataset.ts";
import { memoryDataset } from "../../src/data/memory-dataset.ts";

/** Images whose pixels say which image and which row they are of: 0.1 · image + row / 10,000. */
function images(count: number, height: number, width: number, groupOf = (index: number) => `${index}`) {
  const items = Array.from({ length: count }, (_, index): Item => {
    const data = Float32Array.from({ length: height * width }, (_, i) => 0.1 * index + Math.floor(i / width) / 1e4);
    const image = imageOfCanonical({ data, height, width });
    const provenance = { origin: "real", source: "test" } as const;
    return { name: `${index}`, group: groupOf(index), image, annotations: {}, provenance };
  });
  return memoryDataset("test", items);
}

const planeOf = ({ image }: Item) => canonicalOfImage(image);
const options = { patchPx: 16, planeOf, random: random(4) };
/** Images that planes come from, and their first and last rows. */
const imagesIn = (planes: readonly Plane[]) => [
  ...new Set(planes.map(({ data }) => Math.floor(data[0]! / 0.1 + 1e-3))),
];
const rowsOf = ({ data }: Plane) =>
  [data[0]!, data.at(-1)!].map((value) => Math.round(1e4 * (value - 0.1 * Math.floor(value / 0.1 + 1e-3))));

test("of five groups or more a fifth is held out whole", async () => {
  const five = (await judgedSplit(
    images(9, 40, 50, (index) => `well ${index >> 1}`),
    options,
  ))!;
  const learned = await Promise.all(Array.from({ length: five.learn.length }, (_, i) => five.learn.get(i)));
  const names = learned.map(({ name }) => Number(name));
  expect(names.length).toBeLessThan(9);
  expect(imagesIn(five.learned).sort()).toEqual(names);
  const held = imagesIn(five.held);
  expect(held.length + names.length).toBe(9);
  expect(held.filter((index) => names.some((other) => other >> 1 === index >> 1))).toEqual([]);
  expect(five.learned).toHaveLength(64);
  expect(five.held).toHaveLength(32);
  expect(new Set([...five.learned, ...five.held].map(({ width, height }) => `${width} ${height}`))).toEqual(
    new Set(["32 32"]), // two patches, since there is room
  );
});

test("of fewer the lowest strip of each, with a gap", async () => {
  const { learn, planeOf: part, learned, held } = (await judgedSplit(images(2, 100, 30), options))!;
  expect(learn.length).toBe(2);
  const shown = part(await learn.get(1));
  expect([shown.height, shown.width]).toEqual([100 - 20 - 8, 30]);
  for (const tile of learned) expect(rowsOf(tile)[1]).toBeLessThan(72);
  for (const tile of held) expect(rowsOf(tile)[0]).toBeGreaterThanOrEqual(80);
  expect(imagesIn(held).sort()).toEqual([0, 1]);
});

test("labels are parted like their images", async () => {
  const plain = images(2, 100, 30);
  const items = await Promise.all([0, 1].map((index) => plain.get(index)));
  const labels = Uint32Array.from({ length: 3000 }, (_, i) => 1 + Math.floor(i / 30)); // each row its own number
  const labelled = memoryDataset(
    "labelled",
    items.map((item) => ({ ...item, annotations: { instances: { data: labels, height: 100, width: 30 } } })),
  );
  const { learn, labelsOf, heldLabels } = (await judgedSplit(labelled, options))!;
  const shown = labelsOf(await learn.get(0))!;
  expect([shown.height, shown.data[0], shown.data.at(-1)]).toEqual([72, 1, 72]);
  expect(heldLabels).toHaveLength(32);
  for (const { height, width, data } of heldLabels) {
    expect([height, width]).toEqual([16, 16]);
    expect(data[0]).toBeGreaterThan(80);
  }
  expect((await judgedSplit(plain, options))!.heldLabels).toEqual([]);
});

test("images that are too few and too small are not split; the same images split alike", async () => {
  expect(await judgedSplit(images(4, 55, 30), options)).toBeUndefined();
  const wells = images(8, 55, 30, (index) => `well ${index >> 1}`);
  expect(await judgedSplit(wells, options), "four wells are too few to hold one out").toBeUndefined();
  expect(await judgedSplit(images(4, 100, 15), options)).toBeUndefined();
  const [a, b] = await Promise.all([0, 1].map(() => judgedSplit(images(6, 40, 40), options)));
  expect(a!.held).toEqual(b!.held);
});
