import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { readImage, readImages, readLabels } from "../../src/data/formats/index.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder("bad-files");
const fixture = (name: string) => readFileSync(join("fixtures/data/files", name));

function bad(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** The error, which must say where, what was expected, what came, and what to do. */
async function refusal(path: string): Promise<FormatError> {
  const error = await readImages(path).then(
    () => undefined,
    (caught) => caught,
  );
  expect(error, `${path} was read without complaint`).toBeInstanceOf(FormatError);
  expect(error.where).toBe(path);
  expect(error.message).toContain(path);
  for (const field of ["expected", "received", "fix"]) expect(error[field], field).toMatch(/\S/);
  return error;
}

describe("files cut short are refused at every length", () => {
  test.each([
    "uint16.tif",
    "uint16-lzw.tif",
    "uint16-deflate.tif",
    "uint16-packbits.tif",
    "uint16-zstd.tif",
    "uint16-tiled.tif",
    "uint16-bigtiff.tif",
    "imagej-one-directory.tif",
    "rgb-planar.tif",
    "grey16.png",
    "palette.png",
  ])("%s", async (name) => {
    const whole = fixture(name);
    for (const share of [0.001, 0.01, 0.05, 0.2, 0.4, 0.5, 0.6, 0.8, 0.95, 0.999]) {
      const length = Math.floor(whole.length * share);
      const path = bad(`${length}-${name}`, whole.subarray(0, length));
      // The last bytes may be a tag that nobody asks for: then every pixel must be right.
      if (share > 0.95 && name === "uint16.tif")
        expect(await readImages(path)).toEqual(await readImages(join("fixtures/data/files", name)));
      else await refusal(path);
    }
  });

  test("JPEG", async () => {
    const whole = fixture("rgb.jpg");
    for (const share of [0.01, 0.3, 0.7, 0.95])
      await refusal(bad(`cut-${share}.jpg`, whole.subarray(0, Math.floor(whole.length * share))));
  });

  test("a page asked for alone needs only itself", async () => {
    const whole = fixture("imagej-one-directory.tif");
    const path = bad("first-page-there.tif", whole.subarray(0, whole.length - 100));
    await expect(readImage(path)).resolves.toMatchObject({ height: 20 });
    await refusal(path);
  });
});

describe("damaged files", () => {
  test("one flipped bit in a PNG", async () => {
    const bytes = Buffer.from(fixture("grey16.png"));
    bytes[bytes.length >> 1]! ^= 4;
    expect((await refusal(bad("flipped.png", bytes))).expected).toContain("checksum");
  });

  test("damaged compressed strips", async () => {
    // Not Zstandard: libtiff stores it without a checksum, so changed bytes within a block are just other pixels.
    for (const name of ["uint16-deflate.tif", "uint16-lzw.tif"]) {
      const bytes = Buffer.from(fixture(name));
      for (let start = 400; start < 800; start += 40) bytes.fill(0xff, start, start + 20);
      expect((await refusal(bad(`damaged-${name}`, bytes))).expected).toMatch(/strip 0 with \d+ bytes/);
    }
  });

  test("a chain of pages that runs in a circle", async () => {
    const bytes = Buffer.from(fixture("uint16.tif"));
    const first = bytes.readUInt32LE(4);
    bytes.writeUInt32LE(first, first + 2 + 12 * bytes.readUInt16LE(first));
    expect((await refusal(bad("circle.tif", bytes))).received).toContain("again");
  });

  test("random damage never crashes, hangs or gives anything but an image or a FormatError", async () => {
    const stream = random(1);
    let refused = 0;
    for (const name of [
      "uint16-lzw.tif",
      "uint16-strips.tif",
      "uint16-bigtiff.tif",
      "uint16-tiled-deflate-predictor.tif",
      "imagej-2t3c.tif",
      "grey16.png",
    ]) {
      const whole = fixture(name);
      for (let i = 0; i < 60; i++) {
        const bytes = Buffer.from(whole);
        for (let hit = 0; hit < 3; hit++) bytes[stream.integer(Math.min(bytes.length, 600))] = stream.integer(256);
        const path = bad("damaged", bytes);
        const error = await readImages(path).then(
          () => undefined,
          (caught) => caught,
        );
        if (error) {
          expect(error, (error as Error).stack).toBeInstanceOf(FormatError);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

describe("not what the name says", () => {
  test("an empty file", async () => {
    expect((await refusal(bad("empty.tif", ""))).received).toBe("an empty file");
  });

  test("text named .png", async () => {
    expect((await refusal(bad("text.png", "image,nuclei\n"))).expected).toBe("a PNG, JPEG or TIFF image");
  });

  test("a folder and a missing file", async () => {
    expect((await refusal(folder)).received).toBe("a folder");
    expect((await refusal(join(folder, "missing.tif"))).received).toBe("no such file");
  });

  test("a PNG named .tif is read: its content counts", async () => {
    const path = bad("really-png.tif", fixture("grey16.png"));
    await expect(readImage(path)).resolves.toMatchObject({ pixelType: "uint16", width: 30 });
  });
});

describe("kinds that we do not read", () => {
  test("LZMA is named, with what to do", async () => {
    const error = await refusal("fixtures/data/files/uint16-lzma.tif");
    expect(error.received).toBe("LZMA compression (34925)");
    expect(error.fix).toContain("Fiji");
  });

  test("complex numbers", async () => {
    const bytes = Buffer.from(fixture("float64.tif"));
    const first = bytes.readUInt32LE(4);
    for (let i = 0; i < bytes.readUInt16LE(first); i++)
      if (bytes.readUInt16LE(first + 2 + 12 * i) === 339) bytes.writeUInt16LE(6, first + 2 + 12 * i + 8);
    expect((await refusal(bad("complex.tif", bytes))).received).toContain("sample format 6");
  });

  test("label maps: stacks, fractions, negative numbers and coloured pictures", async () => {
    const labelRefusal = (name: string) => expect(readLabels(join("fixtures/data/files", name))).rejects;
    await labelRefusal("uint16.tif").toThrow(/expected one label map, got 3 pages/);
    await labelRefusal("coloured-mask.png").toThrow(/colour picture/);
    await labelRefusal("five-planar-tiled.tif").toThrow(/5 channels/);
  });
});
