import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { FormatError, OutputError } from "../../src/core/errors.ts";
import {
  readImage,
  readImages,
  readProvenance,
  writeAtomically,
  writeOmeTiff,
  writePng,
  writeTiff,
} from "../../src/data/formats/index.ts";
import type { Image } from "../../src/data/image.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { examplePixels } from "./pixels.ts";
import { provenance, writeExample, writtenExamples } from "./written-examples.ts";

const base = temporaryFolder("write-image");
const newFolder = () => mkdtempSync(join(base, "folder-"));
const readBack: { files: Record<string, { equal: boolean; sha256: string }> } = JSON.parse(
  readFileSync("fixtures/data/read-back.json", "utf8"),
);

describe("every kind of file that we write", () => {
  test.each(writtenExamples.map((example) => [example.name, example] as const))(
    "%s is read back the same",
    async (name, example) => {
      const path = await writeExample(example, newFolder());
      expect(await readImages(path)).toEqual(example.images);

      // make.py had tifffile or Pillow read this very file. Compressed bytes depend on the zlib inside Node, so only plain files are held to it.
      const record = readBack.files[name]!;
      expect(record.equal).toBe(true);
      if (example.options?.compression === "none")
        expect(createHash("sha256").update(readFileSync(path)).digest("hex")).toBe(record.sha256);
    },
  );

  test("tifffile and Pillow have read all of them", () => {
    expect(Object.keys(readBack.files).sort()).toEqual(writtenExamples.map(({ name }) => name).sort());
  });

  test("PNG pixels as fast-png decodes them", async () => {
    const image = examplePixels("uint16", { channels: 3 });
    const path = join(newFolder(), "rgb16.png");
    await writePng(path, image);
    const { data, depth, channels } = decode(readFileSync(path));
    expect([depth, channels]).toEqual([16, 3]);
    expect(Array.from(data)).toEqual(
      Array.from({ length: 1800 }, (_, i) => image.data[(i % 3) * 600 + Math.floor(i / 3)]),
    );
  });
});

test("all 65536 grey levels survive PNG, TIFF and OME-TIFF", async () => {
  const ramp: Image = {
    data: Uint16Array.from({ length: 65536 }, (_, i) => i),
    pixelType: "uint16",
    channels: 1,
    height: 256,
    width: 256,
  };
  const folder = newFolder();
  await writePng(join(folder, "ramp.png"), ramp);
  await writeTiff(join(folder, "ramp.tif"), ramp);
  await writeOmeTiff(join(folder, "ramp.ome.tif"), ramp);
  for (const name of readdirSync(folder)) expect(await readImage(join(folder, name)), name).toEqual(ramp);
});

describe("provenance inside the file", () => {
  const image = { ...examplePixels("uint16"), pixelSizeUm: 0.1083 };
  const writers = { "a.png": writePng, "a.tif": writeTiff, "a.ome.tif": writeOmeTiff } as const;

  test.each(Object.entries(writers))("%s", async (name, write) => {
    const path = join(newFolder(), name);
    await write(path, image, { provenance });
    expect(await readProvenance(path)).toEqual({ provenance, pixelSizeUm: 0.1083 });
    expect((await readImage(path)).pixelSizeUm).toBe(0.1083);
    // Anyone who looks into the file finds it said in words.
    expect(readFileSync(path).toString("latin1")).toContain(
      "Synthetic image made by Fantascope. It is not a measurement.",
    );
  });

  test("files of other programs have none", async () => {
    expect(await readProvenance("fixtures/data/files/ome-2t3c.ome.tif")).toBeUndefined();
    expect(await readProvenance("fixtures/data/files/grey16.png")).toBeUndefined();
    expect(await readProvenance("fixtures/data/files/grey.jpg")).toBeUndefined();
  });
});

describe("what cannot be written", () => {
  test.each(["uint32", "float32", "int16"] as const)("%s as PNG: the error names TIFF", async (type) => {
    const path = join(newFolder(), "a.png");
    const error = await writePng(path, examplePixels(type)).catch((caught) => caught);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(/TIFF/);
    expect(existsSync(path)).toBe(false);
  });

  test("two or five channels as PNG", async () => {
    await expect(writePng(join(newFolder(), "a.png"), examplePixels("uint8", { channels: 2 }))).rejects.toThrow(/TIFF/);
  });

  test("a folder that is a file", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    const error = await writeTiff(join(file, "a.tif"), examplePixels("uint8")).catch((caught) => caught);
    expect(error).toBeInstanceOf(OutputError);
    expect(error.received).toBe("a file where a folder is needed");
  });

  test.skipIf(process.getuid?.() === 0)("a read-only folder", async () => {
    const folder = newFolder();
    chmodSync(folder, 0o500);
    await expect(writePng(join(folder, "a.png"), examplePixels("uint8"))).rejects.toThrow(/permission denied/);
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk", async () => {
    // The device /dev/full answers every write with "no space left", as a full disk does.
    const { open } = await import("node:fs/promises");
    const path = join(newFolder(), "a.tif");
    const error = await writeAtomically(path, async () => {
      const full = await open("/dev/full", "w");
      await full.writeFile("x").finally(() => full.close());
    }).catch((caught) => caught);
    expect(error).toBeInstanceOf(OutputError);
    expect(error.received).toBe("a full disk");
  });

  test("a write that fails midway leaves the old file and no other", async () => {
    const folder = newFolder();
    const path = join(folder, "a.txt");
    writeFileSync(path, "old");
    await expect(
      writeAtomically(path, async (file) => {
        await file.write("half of the ne");
        throw new Error("stopped");
      }),
    ).rejects.toThrow(/stopped/);
    expect(readdirSync(folder)).toEqual(["a.txt"]);
    expect(readFileSync(path, "utf8")).toBe("old");
  });
});
