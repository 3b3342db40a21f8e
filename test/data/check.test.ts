import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { checkDataset } from "../../src/data/check.ts";
import type { Item } from "../../src/data/dataset.ts";
import { writeLabels, writePng, writeTiff } from "../../src/data/formats/index.ts";
import type { Image } from "../../src/data/image.ts";
import { memoryDataset } from "../../src/data/memory-dataset.ts";
import { realData } from "../real-data.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { nucleiScene } from "./scene.ts";

/** A healthy item, all different. */
function item(index: number, change: Partial<Item> & { pixels?: Partial<Image> } = {}): Item {
  const { plane, labels } = nucleiScene(random(index), { size: 64, count: 6 });
  const { pixels, ...rest } = change;
  const image: Image = {
    data: Uint16Array.from(plane.data, (value) => 100 + 1000 * value),
    pixelType: "uint16",
    channels: 1,
    height: 64,
    width: 64,
    pixelSizeUm: 0.3,
    ...pixels,
  };
  return {
    name: `n${index}`,
    group: `n${index}`,
    image,
    annotations: { instances: labels },
    provenance: { origin: "real", source: "" },
    ...rest,
  };
}

const labelled = (index: number, labelOf: (label: number, x: number, y: number) => number): Item => {
  const healthy = item(index);
  const instances = healthy.annotations.instances!;
  const data = instances.data.map((label, i) => labelOf(label, i % 64, Math.floor(i / 64)));
  return { ...healthy, annotations: { instances: { ...instances, data } } };
};

const messages = async (...items: Item[]) =>
  (await checkDataset(memoryDataset("set", items))).findings.map(
    ({ severity, where, message }) => `${severity} ${where}: ${message}`,
  );

describe("what is suspicious", () => {
  test("nothing in a healthy set", async () => {
    expect(await messages(item(1), item(2), item(3))).toEqual([]);
  });

  test("constant, saturated, stretched and broken pixels", async () => {
    const constant = item(1, { pixels: { data: new Uint16Array(4096).fill(7) } });
    const saturated = item(2, {
      pixels: { data: item(2).image.data.map((v: number, i: number) => (i % 50 === 0 ? 4095 : v)) as Uint16Array },
    });
    const stretched = item(3, { pixels: { data: Uint16Array.from({ length: 4096 }, (_, i) => (i % 200) * 257) } });
    const holes = item(4, {
      pixels: { data: Float32Array.from({ length: 4096 }, (_, i) => (i === 9 ? Number.NaN : i)), pixelType: "float32" },
    });
    const found = await messages(constant, saturated, stretched, holes);
    expect(found).toContain("error n1: Every pixel has the value 7: the image is empty.");
    expect(found).toContain("warning n2: 2.0 % of the pixels are saturated (at 4095); their true brightness is lost.");
    expect(found.join()).toMatch(/info n3: The 16-bit numbers hold only 8 bits/);
    expect(found.join()).toMatch(/error n4: Some pixels are not numbers/);
  });

  test("mixed number kinds, channels, sizes and pixel sizes", async () => {
    const found = await messages(
      item(1),
      item(2, { pixels: { data: Uint8Array.from(item(2).image.data, (v) => v / 5), pixelType: "uint8" } }),
      item(3, { pixels: { pixelSizeUm: 0.6 } }),
      item(4, { pixels: { data: new Uint16Array(8192).map((_, i) => i), channels: 2 } }),
      item(5, { pixels: { data: new Uint16Array(2048).map((_, i) => i), height: 32 }, annotations: {} }),
    );
    const all = found.join("\n");
    expect(all).toContain("Number kinds differ: uint16 (4 images), uint8 (1 image).");
    expect(all).toContain("Numbers of channels differ: 1 (4 images), 2 (1 image).");
    expect(all).toContain("Sizes differ: 64 x 64 (4 images), 64 x 32 (1 image).");
    expect(all).toContain("Pixel sizes differ: 0.3 µm (4 images), 0.6 µm (1 image).");
    expect(all).toContain("warning n5: 1 image without a label, 4 with one.");
  });

  test("a label with one value for several objects is an error; a single object is none", async () => {
    expect(await messages(labelled(1, (label) => (label > 0 ? 255 : 0)))).toEqual([
      expect.stringMatching(/^error n1: The label map has one value, yet [3-6] separate pieces/),
    ]);
    expect(await messages(labelled(1, (label) => (label === 1 ? 1 : 0)))).toEqual([]);
  });

  test("an interpolated mask", async () => {
    // A mask of 0 and 255, enlarged with bilinear interpolation: edges take grey values that are read as labels.
    const { plane } = nucleiScene(random(1), { size: 64, count: 6, blur: 1.2, texture: 0 });
    const interpolated = labelled(1, (_, x, y) => Math.round(255 * Math.min(1, plane.data[y * 64 + x]!)));
    expect(await messages(interpolated)).toEqual([
      expect.stringMatching(/^error n1: \d+ of \d+ label values are one pixel wide.*interpolated/),
    ]);
  });

  test("fragments, specks, an empty label map, labelled background", async () => {
    const fragmented = labelled(1, (label, x, y) => (x < 2 && y < 2 ? 5 : label));
    expect((await messages(fragmented)).join()).toContain("warning n1: 1 label in several separate pieces: 5.");
    expect((await messages(labelled(2, (label, x, y) => (x === 0 && y === 0 ? 99 : label)))).join()).toMatch(
      /info n2: 1 object smaller than \d+ px/,
    );
    expect(await messages(labelled(3, () => 0))).toEqual(["warning n3: The label map is empty."]);
    expect((await messages(labelled(4, (label) => label || 50))).join()).toContain("the background may be labelled");
  });

  test("copies within the set, and across a split", async () => {
    expect(await messages(item(1), item(2), { ...item(1), name: "again" })).toEqual([
      "warning n1, again: 2 images with the same pixels.",
    ]);
    const train = memoryDataset("train", [item(1), item(2), item(3)]);
    const noisy = item(2, {
      pixels: { data: item(2).image.data.map((v: number, i: number) => v * 2 + ((i * 7919) % 13)) as Uint16Array },
    });
    const test = memoryDataset("test", [{ ...item(1), name: "same" }, { ...noisy, name: "similar" }, item(9)]);
    const { findings } = await checkDataset(train, { test });
    expect(findings.map(({ severity, where }) => [severity, where])).toEqual([
      ["error", "n1 and same"],
      ["warning", "n2 and similar"],
    ]);
  });
});

const folder = temporaryFolder("check");

test("a folder: broken files and wrong sizes are told together, with stacks, JPEG and strangers", async () => {
  for (const sub of ["images", "labels"]) mkdirSync(join(folder, sub));
  const path = (...parts: string[]) => join(folder, ...parts);
  await writePng(path("images", "a.png"), item(1).image);
  await writeLabels(path("labels", "a.png"), item(1).annotations.instances!);
  await writeTiff(path("images", "b.tif"), [item(2).image, item(3).image]);
  await writeLabels(path("labels", "b.png"), { data: new Uint32Array(100), height: 10, width: 10 });
  writeFileSync(path("images", "c.tif"), "II*\0broken");
  writeFileSync(path("notes.docx"), "");
  const { findings, summary } = await checkDataset(folder);
  const found = findings.map(({ severity, where, message }) => `${severity} ${where}: ${message}`).join("\n");
  expect(found).toContain("Expected a label map of 64 x 64 pixels, like images/b.tif, got 10 x 10.");
  expect(found).toMatch(/error .*c\.tif: Expected /);
  expect(found).toContain("warning images/b.tif: The file holds 2 images; only the first is used.");
  expect(found).toContain("left alone: notes.docx.");
  for (const { fix } of findings) expect(fix).toMatch(/\.$/);
  expect(summary[0]).toMatch(/^3 images in ".*" \(images\/ with labels\/\), 3 groups\.$/);
  expect(summary.at(-1)).toMatch(/^Labels for 1 image: \d objects, /);
});

const bbbc = realData("bbbc039-u2os-nuclei");
test.skipIf(bbbc === null)("BBBC039: no error, no leak into the test part, and what scikit-image counts", async () => {
  const { findings, summary } = await checkDataset(join(bbbc!, "test"), { test: join(bbbc!, "train") });
  expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  expect(summary).toEqual([
    '5 images in "bbbc039-u2os-nuclei/test" (images/ with masks/), 5 groups.',
    "Size (width x height): 696 x 520. uint16, 1 channel.",
    "Pixel size: 0.645 µm.",
    "Labels for 5 images: 615 objects, 73 to 166 per image (median 129), median area 641 px.",
  ]);
});
