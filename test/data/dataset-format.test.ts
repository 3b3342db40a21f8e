import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import type { Item } from "../../src/data/dataset.ts";
import { imageFormat, readProvenance } from "../../src/data/formats/index.ts";
import type { PixelType } from "../../src/data/image.ts";
import { type ImageFileFormat, writeDataset } from "../../src/data/write-dataset.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { examplePixels } from "./pixels.ts";

const base = temporaryFolder("dataset-format");
const newFolder = () => mkdtempSync(join(base, "folder-"));

function item(pixelType: PixelType): Item {
  const image = { ...examplePixels(pixelType), pixelSizeUm: 0.25 };
  const { height, width } = image;
  const instances = { data: new Uint32Array(height * width).fill(3, 0, 40), height, width };
  return {
    name: "cell",
    group: "cell",
    image,
    annotations: { instances, partner: examplePixels(pixelType, { page: 2 }) },
    provenance: { origin: "synthetic", method: "simulate", seed: 1, index: 0 },
  };
}

const files = (folder: string) =>
  ["images", "labels", "partners"].flatMap((sub) => readdirSync(join(folder, sub)).map((name) => `${sub}/${name}`));

test.each<[ImageFileFormat | undefined, PixelType, string[]]>([
  [undefined, "uint16", ["cell.png", "cell.png", "cell.png"]],
  [undefined, "float32", ["cell.tif", "cell.png", "cell.tif"]],
  ["png", "uint16", ["cell.png", "cell.png", "cell.png"]],
  ["tiff", "uint16", ["cell.tif", "cell.tif", "cell.tif"]],
  ["ome-tiff", "float32", ["cell.ome.tif", "cell.tif", "cell.ome.tif"]],
])("format %s, %s: what is written is read back", async (format, pixelType, names) => {
  const folder = newFolder();
  const written = await writeDataset(folder, [item(pixelType)], { name: "made", ...(format ? { format } : {}) });
  expect(files(folder)).toEqual(["images", "labels", "partners"].map((sub, i) => `${sub}/${names[i]}`));
  const { image, annotations, provenance } = await written.get(0);
  const wanted = item(pixelType);
  expect(image).toEqual(wanted.image);
  expect(annotations.instances).toEqual(wanted.annotations.instances);
  expect(annotations.partner!.data).toEqual(wanted.annotations.partner!.data);
  expect(provenance).toEqual(wanted.provenance);
  const file = join(folder, "images", names[0]!);
  expect(await imageFormat(file)).toBe(names[0]!.endsWith(".png") ? "png" : "tiff");
  expect(await readProvenance(file)).toEqual({ provenance: wanted.provenance, pixelSizeUm: 0.25 });
});

test("what PNG cannot hold is refused when PNG is asked for", async () => {
  await expect(writeDataset(newFolder(), [item("float32")], { name: "made", format: "png" })).rejects.toThrow(
    FormatError,
  );
});
