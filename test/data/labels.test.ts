import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LabelMap } from "../../src/core/plane.ts";
import {
  readImages,
  readLabels,
  readObjectMasks,
  writeLabels,
  writePng,
  writeTiff,
} from "../../src/data/formats/index.ts";
import { realData } from "../real-data.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { examplePixels } from "./pixels.ts";

const file = (name: string) => join("fixtures/data/files", name);
const base = temporaryFolder("labels");
const newFolder = () => mkdtempSync(join(base, "folder-"));
const objects = ({ data }: LabelMap) => new Set(data.filter((label) => label > 0)).size;

test("values of grey images are labels, in any depth and wrapping", async () => {
  const u8 = Array.from(examplePixels("uint8").data);
  for (const name of ["grey8.png", "grey-as-rgba.png", "grey-alpha.png", "grey-as-rgba.tif"])
    expect(Array.from((await readLabels(file(name))).data), name).toEqual(u8);
  expect(Array.from((await readLabels(file("grey16.png"))).data)).toEqual(Array.from(examplePixels("uint16").data));
});

test("a palette PNG: the index is the label", async () => {
  expect(Array.from((await readLabels(file("palette.png"))).data)).toEqual(
    Array.from(examplePixels("uint8").data, (value) => value % 5),
  );
});

test("red-only masks: 4-connected pieces of one red value are objects", async () => {
  const labels = await readLabels(file("red-mask.png"));
  expect(objects(labels)).toBe(4); // two touching, one far with a value used before, one that meets its own value at a corner
  const at = (y: number, x: number) => labels.data[y * 30 + x];
  expect(at(3, 7)).not.toBe(at(3, 8));
  expect(at(7, 13)).not.toBe(at(8, 14));
});

test("labels survive PNG and TIFF; more than 65535 need TIFF", async () => {
  const folder = newFolder();
  const labels: LabelMap = { data: Uint32Array.from({ length: 600 }, (_, i) => i * 109), height: 20, width: 30 };
  for (const name of ["a.png", "a.tif"]) {
    await writeLabels(join(folder, name), labels);
    expect(await readLabels(join(folder, name))).toEqual(labels);
  }
  expect((await readImages(join(folder, "a.tif")))[0]!.pixelType).toBe("uint16");

  const many: LabelMap = { ...labels, data: labels.data.map((label) => label * 1000) };
  await writeLabels(join(folder, "many.tif"), many);
  expect(await readLabels(join(folder, "many.tif"))).toEqual(many);
  await expect(writeLabels(join(folder, "many.png"), many)).rejects.toThrow(/uint32.*TIFF/);
});

test("whole floats are labels, fractions and negative numbers are not", async () => {
  const folder = newFolder();
  const image = examplePixels("float32");
  await writeTiff(join(folder, "whole.tif"), { ...image, data: Float32Array.from(image.data, (_, i) => i) });
  expect((await readLabels(join(folder, "whole.tif"))).data[599]).toBe(599);
  await writeTiff(join(folder, "half.tif"), { ...image, data: Float32Array.from(image.data, (_, i) => i / 2) });
  await expect(readLabels(join(folder, "half.tif"))).rejects.toThrow(/got the value 0.5/);
  await expect(
    writeTiff(join(folder, "minus.tif"), examplePixels("int16")).then(() => readLabels(join(folder, "minus.tif"))),
  ).rejects.toThrow(/whole numbers/);
});

test("one mask per object, merged; sizes must agree", async () => {
  const folder = newFolder();
  const mask = (inside: (i: number) => boolean) => ({
    ...examplePixels("uint8"),
    data: Uint8Array.from({ length: 600 }, (_, i) => (inside(i) ? 255 : 0)),
  });
  await writePng(
    join(folder, "1.png"),
    mask((i) => i < 100),
  );
  await writePng(
    join(folder, "2.png"),
    mask((i) => i >= 90 && i < 200),
  );
  const paths = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
  const { data } = await readObjectMasks(paths);
  expect([data[0], data[95], data[150], data[300]]).toEqual([1, 1, 2, 0]);
  await writePng(join(folder, "3.png"), examplePixels("uint8", { height: 10 }));
  await expect(readObjectMasks([...paths, join(folder, "3.png")])).rejects.toThrow(/30 x 20.*got 30 x 10/);
});

const dsb = realData("dsb2018-fluorescence-nuclei");
test.skipIf(dsb === null)("Kaggle's masks merge to the label maps that the set was given", async () => {
  const samples = join(dsb!, "train", "original-layout-sample");
  for (const id of readdirSync(samples)) {
    const masks = join(samples, id, "masks");
    const merged = await readObjectMasks(
      readdirSync(masks)
        .sort()
        .map((name) => join(masks, name)),
    );
    const given = await readLabels(join(dsb!, "train", "labels", `${id.slice(0, 16)}.png`));
    // Numbers may differ; which pixels belong together may not.
    const partner = new Map<number, number>();
    for (let i = 0; i < merged.data.length; i++) {
      const [a, b] = [merged.data[i]!, given.data[i]!];
      expect(partner.get(a) ?? b).toBe(b);
      partner.set(a, b);
    }
    expect(new Set(partner.values()).size).toBe(partner.size);
  }
});
