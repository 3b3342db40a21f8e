import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import type { Item } from "../../src/data/dataset.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { writeLabels, writePng } from "../../src/data/formats/index.ts";
import { referTo } from "../../src/data/refer-to.ts";
import { writeDataset } from "../../src/data/write-dataset.ts";
import { nucleiScene } from "./scene.ts";

const base = await mkdtemp(join(tmpdir(), "fantascope-refer-"));
afterAll(() => rm(base, { recursive: true, force: true }));

const image = (seed: number) => {
  const { plane, labels } = nucleiScene(random(seed), { size: 48, count: 3, radius: 5 });
  const data = Uint8Array.from(plane.data, (value) => Math.round(200 * value));
  return { image: { data, height: 48, width: 48, channels: 1, pixelType: "uint8" } as Item["image"], labels };
};

beforeAll(async () => {
  async function* items(): AsyncGenerator<Item> {
    for (const seed of [1, 2, 3]) {
      const { image: picture, labels } = image(seed);
      const provenance = { origin: "real", source: "drawn" } as const;
      yield { name: `a${seed}`, group: "a", image: picture, annotations: { instances: labels }, provenance };
    }
  }
  await writeDataset(join(base, "described"), items(), { name: "described" });
  // Kaggle's layout, with one mask per object; the second image has none
  for (const [name, count] of [
    ["k1", 3],
    ["k2", 0],
  ] as const) {
    const { image: picture, labels } = image(7);
    await mkdir(join(base, "kaggle", name, "masks"), { recursive: true });
    await writePng(join(base, "kaggle", name, "images", `${name}.png`), picture);
    for (let object = 1; object <= count; object++) {
      const data = labels.data.map((label) => (label === object ? 255 : 0));
      await writeLabels(join(base, "kaggle", name, "masks", `${object}.png`), { ...labels, data });
    }
  }
});

describe("referTo", () => {
  it("names images and labels where they lie, so that their content is the same", async () => {
    const described = await openDataset(join(base, "described"));
    const kaggle = await openDataset(join(base, "kaggle"));
    await referTo([{ listing: described.listing, names: ["a3", "a1"] }, { listing: kaggle.listing }], {
      folder: join(base, "joined", "deep"),
      name: "both",
    });
    const joined = await openDataset(join(base, "joined", "deep"));
    expect(joined.entries.map(({ name, group }) => [name, group])).toEqual([
      ["a1", "a"],
      ["a3", "a"],
      ["k1", "k1"],
      ["k2", "k2"],
    ]);
    const content = async (dataset: typeof joined, index: number) => {
      const { image: picture, annotations } = await dataset.get(index);
      return { pixels: picture.data, labels: annotations.instances?.data };
    };
    expect(await content(joined, 1)).toEqual(await content(described, 2));
    expect(await content(joined, 2)).toEqual(await content(kaggle, 0));
    expect(await content(joined, 3)).toEqual(await content(kaggle, 1));
  });

  it("refuses names that are not there, no image at all, and two of one name", async () => {
    const { listing } = await openDataset(join(base, "described"));
    const to = { folder: join(base, "refused"), name: "refused" };
    await expect(referTo([{ listing, names: ["a9"] }], to)).rejects.toThrow(DataError);
    await expect(referTo([{ listing, names: [] }], to)).rejects.toThrow(/at least one image/);
    await expect(referTo([{ listing }, { listing, names: ["a2"] }], to)).rejects.toThrow(/two that are called "a2"/);
  });
});
