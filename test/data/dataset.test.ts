import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { DataError, OutputError } from "../../src/core/errors.ts";
import type { LabelMap } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { itemHash } from "../../src/data/content-hash.ts";
import type { Item } from "../../src/data/dataset.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { readProvenance, writeLabels, writePng, writeTiff } from "../../src/data/formats/index.ts";
import { memoryDataset } from "../../src/data/memory-dataset.ts";
import { splitByGroup, subset } from "../../src/data/split.ts";
import { writeDataset } from "../../src/data/write-dataset.ts";
import { realData } from "../real-data.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { examplePixels } from "./pixels.ts";

const base = temporaryFolder("dataset");
const newFolder = () => mkdtempSync(join(base, "folder-"));
const labels = (size: { height?: number; width?: number } = {}): LabelMap => {
  const { height = 20, width = 30 } = size;
  return {
    data: Uint32Array.from({ length: height * width }, (_, i) => (i % 7 === 0 ? 1 + (i % 3) : 0)),
    height,
    width,
  };
};

async function image(folder: string, path: string, page = 0): Promise<void> {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  await (path.endsWith(".png") ? writePng : writeTiff)(join(folder, path), examplePixels("uint16", { page }));
}

async function label(folder: string, path: string): Promise<void> {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  await writeLabels(join(folder, path), labels());
}

describe("how a folder is understood", () => {
  test("images/ with masks/ of the same name and any ending; counts.csv groups them; the rest is ignored", async () => {
    const folder = newFolder();
    for (const name of ["b.tif", "a.ome.tif", "c.png"]) await image(folder, `images/${name}`);
    for (const name of ["a.png", "b.tif"]) await label(folder, `masks/${name}`);
    writeFileSync(
      join(folder, "counts.csv"),
      '\ufeffimage,nuclei,tile_group\r\na.ome.tif,3,"well, 1"\r\nb.tif,3,"well, 1"\r\n',
    );
    writeFileSync(join(folder, "images", "notes.txt"), "");
    writeFileSync(join(folder, "images", ".DS_Store"), "");
    writeFileSync(join(folder, "table.xlsx"), "");
    const dataset = await openDataset(folder);
    expect(dataset.entries).toEqual([
      { name: "a", group: "well, 1" },
      { name: "b", group: "well, 1" },
      { name: "c", group: "c" },
    ]);
    expect(dataset.listing.ignored).toEqual(["images/notes.txt", "table.xlsx"]);
    const a = await dataset.get(0);
    expect(a.annotations.instances).toEqual(labels());
    expect(a.provenance).toEqual({ origin: "real", source: "images/a.ome.tif" });
    expect((await dataset.get(2)).annotations).toEqual({});
  });

  test("a plain folder of images is unlabelled; images beside labels/ are labelled", async () => {
    const folder = newFolder();
    await image(folder, "x.png");
    expect((await openDataset(folder)).listing.layout).toMatch(/unlabelled/);
    await label(folder, "labels/x.tif");
    expect((await (await openDataset(folder)).get(0)).annotations.instances).toEqual(labels());
  });

  test("one mask per object in labels/NAME/, and Kaggle's layout", async () => {
    for (const [pictures, masks] of [
      ["images/one.png", "labels/one"],
      ["one/images/one.png", "one/masks"],
    ] as const) {
      const folder = newFolder();
      await image(folder, pictures);
      for (const object of [1, 2]) {
        mkdirSync(join(folder, masks), { recursive: true });
        const data = Uint8Array.from({ length: 600 }, (_, i) => (i % 5 === object ? 255 : 0));
        await writePng(join(folder, masks, `${object}.png`), { ...examplePixels("uint8"), data });
      }
      const dataset = await openDataset(folder);
      const { name, annotations } = await dataset.get(0);
      expect(name).toBe("one");
      expect(Array.from(annotations.instances!.data.slice(0, 5))).toEqual([0, 1, 2, 0, 0]);
    }
  });

  test("low/ beside high/ holds pairs, and none may be single", async () => {
    const folder = newFolder();
    await image(folder, "low/a.png", 1);
    await image(folder, "high/a.tif", 2);
    const { listing, ...dataset } = await openDataset(folder);
    expect(listing.layout).toMatch(/partners in high/);
    expect(listing.ignored).toEqual([]);
    const { image: low, annotations } = await dataset.get(0);
    expect(annotations.partner!.data).not.toEqual(low.data);
    await image(folder, "low/b.png", 1);
    await expect(openDataset(folder)).rejects.toThrow(/1 missing, such as "b"/);
  });

  test("dataset.json wins over names", async () => {
    const folder = newFolder();
    await image(folder, "images/a.png");
    await image(folder, "elsewhere/b.tif", 1);
    await label(folder, "truth/b-labels.png");
    const images = [
      { file: "elsewhere/b.tif", labels: "truth/b-labels.png", group: "patient 1", pixelSizeUm: 0.2, count: 3 },
    ];
    writeFileSync(join(folder, "dataset.json"), JSON.stringify({ schemaVersion: 1, name: "mine", images }));
    const dataset = await openDataset(folder);
    expect([dataset.name, dataset.length]).toEqual(["mine", 1]);
    const item = await dataset.get(0);
    expect(item).toMatchObject({
      name: "b",
      group: "patient 1",
      image: { pixelSizeUm: 0.2 },
      annotations: { count: 3 },
    });
    expect(item.annotations.instances).toEqual(labels());
    expect(dataset.listing.ignored).toEqual(["images/"]);
  });

  test("sets/train is called by both names", async () => {
    const folder = newFolder();
    await image(folder, "cells/train/x.png");
    expect((await openDataset(join(folder, "cells", "train"))).name).toBe("cells/train");
    expect((await openDataset(join(folder, "cells", "train"), { name: "other" })).name).toBe("other");
  });
});

describe("folders that are no dataset", () => {
  const refusal = async (folder: string) => {
    const error = await openDataset(folder)
      .then((dataset) => dataset.get(0))
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect(error.fix ?? "").toMatch(/\S/);
    return error as DataError;
  };

  test("empty, missing, a file, without images, images one level down", async () => {
    const folder = newFolder();
    expect((await refusal(folder)).received).toBe("an empty folder");
    expect((await refusal(join(folder, "missing"))).received).toBe("no such folder");
    writeFileSync(join(folder, "notes.txt"), "");
    expect((await refusal(folder)).received).toBe("none");
    expect((await refusal(join(folder, "notes.txt"))).received).toBe("a file");
    for (const part of ["train", "test"])
      for (const name of ["a.png", "b.png"]) await image(folder, `${part}/images/${name}`);
    expect((await refusal(folder)).fix).toContain(join(folder, "train"));
  });

  test("a label without an image, two images of one name", async () => {
    const folder = newFolder();
    await image(folder, "images/a.png");
    await label(folder, "labels/a.png");
    await label(folder, "labels/z.png");
    expect((await refusal(folder)).received).toBe('1 without one, such as "z"');
    const other = newFolder();
    await image(other, "a.png");
    await image(other, "a.tif");
    expect((await refusal(other)).received).toContain("a.png and a.tif");
  });

  test("image and label of different size", async () => {
    const folder = newFolder();
    await image(folder, "images/a.png");
    mkdirSync(join(folder, "labels"));
    await writeLabels(join(folder, "labels", "a.png"), labels({ height: 10 }));
    const error = await refusal(folder);
    expect(error.where).toBe(join(folder, "labels/a.png"));
    expect(error.message).toContain("expected a label map of 30 x 20 pixels, like images/a.png, got 30 x 10");
  });

  test("a dataset.json that is no JSON, or has unknown, missing and wrong fields: every place is named", async () => {
    const folder = newFolder();
    await image(folder, "a.png");
    writeFileSync(join(folder, "dataset.json"), '{ "schemaVersion": 1');
    expect((await refusal(folder)).where).toBe(join(folder, "dataset.json"));
    const images = [
      { file: "a.png", pixelSizeUm: -1 },
      { labels: "x.png", colour: "red" },
    ];
    writeFileSync(join(folder, "dataset.json"), JSON.stringify({ schemaVersion: 1, name: "x", images }));
    const { received } = await refusal(folder);
    for (const place of ["images.0.pixelSizeUm", "images.1.file", "colour"]) expect(received).toContain(place);
  });
});

/** Items of every kind that a dataset can hold. */
function items(count = 4): Item[] {
  return Array.from({ length: count }, (_, i): Item => {
    const kinds = ["uint8", "uint16", "float32", "uint16"] as const;
    const channels = i % 4 === 3 ? 3 : 1;
    const pixels = examplePixels(kinds[i % 4]!, { page: i, channels });
    return {
      name: `cell ${i}/µ`,
      group: `well ${i % 2}`,
      image: { ...pixels, pixelSizeUm: 0.1 + i / 7 },
      annotations: {
        ...(i % 2 === 0
          ? { instances: { ...labels(), data: labels().data.map((v) => v * (i === 2 ? 70000 : 1)) } }
          : {}),
        ...(i === 1
          ? { boxes: [{ x0: 1, y0: 2, x1: 3, y1: 4, category: "mitotic" }], points: [{ x: 1.5, y: 2 }], count: 5 }
          : {}),
        ...(i === 3 ? { partner: examplePixels("float32", { page: 9 }) } : {}),
      },
      provenance: { origin: "synthetic", method: "simulate", seed: 1, index: i, settings: { density: i } },
    };
  });
}

describe("writeDataset", () => {
  test("what is written is read back, with the same hash as in memory", async () => {
    const folder = join(newFolder(), "new", "set");
    const written = await writeDataset(folder, items(), { name: "made" });
    const memory = memoryDataset("other name", items());
    for (let i = 0; i < 4; i++) expect(await written.get(i)).toEqual(items()[i]);
    expect(await written.hash()).toBe(await memory.hash());
    expect(JSON.parse(readFileSync(join(folder, "dataset.json"), "utf8")).sha256).toBe(await memory.hash());
    expect(readdirSync(folder).sort()).toEqual(["dataset.json", "images", "labels", "partners"]);
    const file = join(folder, "images", readdirSync(join(folder, "images"))[0]!);
    expect((await readProvenance(file))?.provenance).toEqual(items()[0]!.provenance);
  });

  test("an interrupted write goes on and repeats nothing", async () => {
    const folder = newFolder();
    const makes: string[] = [];
    const deferred = (stopAt: number) =>
      items().map((item, i) => ({
        name: item.name,
        key: `seed 1, index ${i}`,
        make: async () => {
          if (i === stopAt) throw new Error("power cut");
          makes.push(item.name);
          return item;
        },
      }));
    await expect(writeDataset(folder, deferred(2), { name: "made" })).rejects.toThrow("power cut");
    expect(existsSync(join(folder, "dataset.json"))).toBe(false);
    appendFileSync(join(folder, "dataset.partial.jsonl"), '{"file": "torn li'); // as a power cut leaves it
    rmSync(join(folder, "labels"), { recursive: true }); // the first item has lost its label
    const second = statSync(join(folder, "images", "cell_1_µ.png")).mtimeMs;

    const written = await writeDataset(folder, deferred(-1), { name: "made" });
    expect(makes).toEqual([0, 1, 0, 2, 3].map((i) => `cell ${i}/µ`));
    expect(statSync(join(folder, "images", "cell_1_µ.png")).mtimeMs).toBe(second);
    expect(await written.hash()).toBe(await memoryDataset("", items()).hash());
    expect(existsSync(join(folder, "dataset.partial.jsonl"))).toBe(false);

    makes.length = 0;
    await writeDataset(folder, deferred(-1), { name: "made" });
    expect(makes).toEqual([]);
    await writeDataset(
      folder,
      deferred(-1).map((item) => ({ ...item, key: "seed 2" })),
      { name: "made" },
    );
    expect(makes).toHaveLength(4);
  });

  test("items in memory: only those that changed are written again", async () => {
    const folder = newFolder();
    await writeDataset(folder, items(), { name: "made" });
    const times = () =>
      readdirSync(join(folder, "images")).map((name) => statSync(join(folder, "images", name)).mtimeMs);
    const before = times();
    const changed = items().map((item, i) =>
      i === 1 ? { ...item, image: examplePixels("uint16", { page: 8 }) } : item,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    const dataset = await writeDataset(folder, changed, { name: "made" });
    expect(times().map((time, i) => time === before[i])).toEqual([true, false, true, true]);
    expect((await dataset.get(1)).image.data).toEqual(changed[1]!.image.data);
  });

  test("an async generator streams: one item at a time", async () => {
    let inMemory = 0;
    async function* stream() {
      for (const item of items(8)) {
        expect(++inMemory).toBe(1);
        yield item;
        inMemory--;
      }
    }
    expect((await writeDataset(newFolder(), stream(), { name: "stream" })).length).toBe(8);
  });

  test("two items of one name, no items, a folder that cannot be", async () => {
    const twice = [items()[0]!, items()[0]!];
    await expect(writeDataset(newFolder(), twice, { name: "x" })).rejects.toThrow(DataError);
    await expect(writeDataset(newFolder(), [], { name: "x" })).rejects.toThrow(DataError);
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    await expect(writeDataset(join(file, "set"), items(), { name: "x" })).rejects.toThrow(OutputError);
  });
});

describe("content hash", () => {
  test("independent of folder and file format, sensitive to every pixel, name and annotation", async () => {
    const a = newFolder();
    const b = newFolder();
    await image(a, "x.png");
    await image(join(b, "images"), "x.ome.tif");
    expect(await (await openDataset(a)).hash()).toBe(await (await openDataset(b)).hash());
    const moved = newFolder();
    cpSync(a, moved, { recursive: true });
    expect(await (await openDataset(moved)).hash()).toBe(await (await openDataset(a)).hash());

    const [item] = items() as [Item];
    const changed = structuredClone(item) as Item;
    changed.image.data[599]! ^= 1;
    const relabelled = structuredClone(item) as Item;
    relabelled.annotations.instances!.data[5] = 9;
    const hashes = [item, changed, relabelled, { ...item, name: "y" }, { ...item, annotations: {} }].map(itemHash);
    expect(new Set(hashes).size).toBe(5);
    expect(itemHash({ ...item, group: "z", provenance: { origin: "real", source: "" } })).toBe(itemHash(item));
  });
});

describe("splits", () => {
  const grouped = memoryDataset(
    "set",
    Array.from({ length: 40 }, (_, i) => ({
      ...items(1)[0]!,
      name: `${i}`,
      group: `g${Math.floor(i / (i < 20 ? 5 : 2))}`,
    })),
  );

  test("groups stay together, shares are met, nothing is lost", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const parts = await splitByGroup(grouped, { fractions: [0.7, 0.2, 0.1], random: random(seed) });
      const groups = parts.map((part) => new Set(part.entries!.map(({ group }) => group)));
      expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(
        new Set(grouped.entries!.map(({ group }) => group)).size,
      );
      expect(parts.flatMap((part) => part.entries!.map(({ name }) => +name)).sort((p, q) => p - q)).toEqual(
        Array.from({ length: 40 }, (_, i) => i),
      );
      for (const [i, share] of [0.7, 0.2, 0.1].entries())
        expect(Math.abs(parts[i]!.length - 40 * share)).toBeLessThanOrEqual(5);
    }
  });

  test("the same seed gives the same split, another one another", async () => {
    const names = async (seed: number) =>
      (await splitByGroup(grouped, { fractions: [0.5, 0.5], random: random(seed) }))[0]!.entries!.map(
        ({ name }) => name,
      );
    expect(await names(1)).toEqual(await names(1));
    expect(await names(1)).not.toEqual(await names(2));
  });

  test("named groups are held out", async () => {
    const [rest, held] = await splitByGroup(grouped, { holdOut: ["g0", "g15"] });
    expect(held!.entries!.map(({ group }) => group)).toEqual(["g0", "g0", "g0", "g0", "g0", "g15", "g15"]);
    expect(rest!.length).toBe(33);
    await expect(splitByGroup(grouped, { holdOut: ["nobody"] })).rejects.toThrow(/"nobody"/);
  });

  test("no part stays empty; too few groups or odd fractions are refused", async () => {
    const three = await subset(grouped, [0, 5, 10]);
    for (let seed = 0; seed < 10; seed++)
      for (const part of await splitByGroup(three, { fractions: [0.9, 0.05, 0.05], random: random(seed) }))
        expect(part.length).toBe(1);
    await expect(splitByGroup(three, { fractions: [0.25, 0.25, 0.25, 0.25], random: random(0) })).rejects.toThrow(
      /at least 4 groups/,
    );
    await expect(splitByGroup(three, { fractions: [0.5, 0.4], random: random(0) })).rejects.toThrow(/sum to 1/);
  });

  test("a subset reads the right items", async () => {
    const part = await subset(grouped, [7, 3]);
    expect((await part.get(1)).name).toBe("3");
    await expect(subset(grouped, [40])).rejects.toThrow(DataError);
    await expect(part.get(2)).rejects.toThrow(DataError);
  });
});

const bbbc = realData("bbbc039-u2os-nuclei");
test.skipIf(bbbc === null)("BBBC039: as many nuclei as its counts.csv says", async () => {
  const dataset = await openDataset(join(bbbc!, "test"));
  const counts = new Map(
    readFileSync(join(bbbc!, "test", "counts.csv"), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => {
        const [file, nuclei] = line.split(",");
        return [file!.replace(/\.tif$/, ""), Number(nuclei)];
      }),
  );
  for (let i = 0; i < dataset.length; i++) {
    const { name, annotations } = await dataset.get(i);
    expect(new Set(annotations.instances!.data.filter((v) => v > 0)).size).toBe(counts.get(name));
  }
  expect(dataset.length).toBe(5);
});

const dsb = realData("dsb2018-fluorescence-nuclei");
test.skipIf(dsb === null)("DSB 2018: groups from counts.csv, and Kaggle's layout", async () => {
  const dataset = await openDataset(join(dsb!, "train"));
  expect(dataset.length).toBe(44);
  expect(new Set(dataset.entries.map(({ group }) => group)).size).toBe(37);
  expect((await dataset.get(0)).image.channels).toBe(1);
  const kaggle = await openDataset(join(dsb!, "train", "original-layout-sample"));
  expect(kaggle.length).toBe(3);
  expect((await kaggle.get(0)).annotations.instances).toBeDefined();
});
