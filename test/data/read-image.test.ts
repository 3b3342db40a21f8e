import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { imageFormat, readImage, readImages } from "../../src/data/formats/index.ts";
import type { Image } from "../../src/data/image.ts";
import { examplePixels } from "./pixels.ts";

const file = (name: string) => join("fixtures/data/files", name);

/** Pixels and kind; the pixel size is tested on its own. */
function expectSame(image: Image | undefined, expected: Image): void {
  const { data, pixelType, channels, height, width } = image!;
  expect({ pixelType, channels, height, width }).toEqual({
    pixelType: expected.pixelType,
    channels: expected.channels,
    height: expected.height,
    width: expected.width,
  });
  expect(data).toEqual(expected.data);
}

describe("TIFF written by tifffile: three pages, read exactly", () => {
  const kinds = ["uint8", "uint16", "uint32", "int8", "int16", "int32", "float16", "float32", "float64"] as const;
  const variants = [
    "lzw",
    "lzw-predictor",
    "deflate",
    "deflate-predictor",
    "deflate-predictor-big-endian",
    "packbits",
    "zstd",
    "zstd-predictor",
    "big-endian",
    "bigtiff",
    "bigtiff-big-endian",
    "strips",
    "strips-lzw",
    "tiled",
    "tiled-deflate-predictor",
    "white-is-zero",
  ];
  const floats = ["float16", "float32", "float64"] as const;
  const cases = [
    ...kinds.map((kind) => [`${kind}.tif`, kind] as const),
    ...variants.map((variant) => [`uint16-${variant}.tif`, "uint16"] as const),
    ...floats.flatMap((kind) => [
      [`${kind}-predictor3.tif`, kind] as const,
      [`${kind}-predictor3-big-endian.tif`, kind] as const,
    ]),
  ];
  test.each(cases)("%s", async (name, kind) => {
    const images = await readImages(file(name));
    expect(images).toHaveLength(3);
    for (const [page, image] of images.entries()) expectSame(image, examplePixels(kind, { page }));
    expectSame(await readImage(file(name)), examplePixels(kind));
  });

  test("an LZW stream whose codes reach 12 bits", async () => {
    expectSame(await readImage(file("lzw-long.tif")), examplePixels("uint16", { height: 120, width: 160 }));
  });

  test("1 and 12 bits per pixel keep their values", async () => {
    const oneBit = await readImage(file("one-bit.tif"));
    const n = Array.from(
      { length: 600 },
      (_, i) => Math.floor(i / 30) * 1511 + (i % 30) * 97 + Math.floor(i / 30) * (i % 30) * 13,
    );
    expect(Array.from(oneBit.data)).toEqual(n.map((value) => (value % 3 === 0 ? 1 : 0)));
    const twelve = await readImage(file("twelve-bit.tif"));
    expect(twelve.pixelType).toBe("uint16");
    expect(Array.from(twelve.data)).toEqual(n.map((value) => value % 4096));
  });
});

describe("channels", () => {
  test.each(["rgb-chunky.tif", "rgb-chunky-lzw-predictor.tif", "rgb-planar.tif", "rgb8.png"])(
    "%s is [3, H, W]",
    async (name) => {
      expectSame(await readImage(file(name)), examplePixels("uint8", { channels: 3 }));
    },
  );

  test("five channels in separate tiles", async () => {
    expectSame(await readImage(file("five-planar-tiled.tif")), examplePixels("uint16", { channels: 5 }));
  });

  test.each(["grey-as-rgba.png", "grey-as-rgba.tif", "grey-alpha.png", "grey8.png"])(
    "%s: grey in every wrapping becomes one channel",
    async (name) => {
      expectSame(await readImage(file(name)), examplePixels("uint8"));
    },
  );

  test("opacity that varies is kept as the last channel", async () => {
    const rgb = examplePixels("uint8", { channels: 3 }).data;
    const rgba = await readImage(file("rgba-varying.png"));
    expect(rgba.channels).toBe(4);
    expect(Array.from(rgba.data)).toEqual([...rgb, ...rgb.slice(0, 600)]);
    const greyAlpha = await readImage(file("grey-as-rgba-varying.png"));
    expect(greyAlpha.channels).toBe(2);
    expect(Array.from(greyAlpha.data)).toEqual(Array.from(rgb.slice(0, 1200)));
  });

  test.each(["imagej-2t3c.tif", "ome-2t3c.ome.tif", "ome-3c2t.ome.tif", "ome-lzw-2t3c.ome.tif"])(
    "%s: two images of three channels",
    async (name) => {
      const images = await readImages(file(name));
      expect(images.map(({ channels }) => channels)).toEqual([3, 3]);
      for (const [t, image] of images.entries()) {
        const planes = [0, 1, 2].map((c) => examplePixels("uint16", { page: 3 * t + c }).data);
        expect(Array.from(image.data)).toEqual(planes.flatMap((plane) => Array.from<number>(plane)));
      }
      expect(await readImage(file(name))).toEqual(images[0]);
    },
  );

  test("ImageJ's stacks with a single directory", async () => {
    const images = await readImages(file("imagej-one-directory.tif"));
    expect(images).toHaveLength(3);
    for (const [page, image] of images.entries()) expectSame(image, examplePixels("uint16", { page }));
  });
});

describe("pixel size in µm", () => {
  test.each([
    ["imagej-2t3c.tif", 0.108],
    ["imagej-2t3c-escaped.tif", 0.1],
    ["ome-2t3c.ome.tif", 0.325],
    ["resolution-cm.tif", 0.5],
  ])("%s", async (name, size) => {
    expect((await readImage(file(name))).pixelSizeUm).toBeCloseTo(size, 6);
  });

  test.each(["resolution-72-dpi.tif", "not-square.tif", "uint16.tif", "ome-3c2t.ome.tif"])(
    "%s states none",
    async (name) => {
      expect((await readImage(file(name))).pixelSizeUm).toBeUndefined();
    },
  );
});

describe("PNG and JPEG", () => {
  test("16 bits stay 16 bits", async () => {
    expectSame(await readImage(file("grey16.png")), examplePixels("uint16"));
  });

  test("a 1-bit mask is 0 and 1", async () => {
    const { data } = await readImage(file("one-bit.png"));
    expect(new Set(data)).toEqual(new Set([0, 1]));
    expect(data).toEqual((await readImage(file("one-bit.tif"))).data);
  });

  test("a palette gives its colours", async () => {
    const image = await readImage(file("palette.png"));
    const index = examplePixels("uint8").data.map((value) => value % 5);
    const colours = [
      [0, 0, 0],
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [9, 8, 7],
    ];
    expect(image.channels).toBe(3);
    for (let c = 0; c < 3; c++)
      expect(Array.from(image.data.subarray(c * 600, (c + 1) * 600))).toEqual(Array.from(index, (i) => colours[i]![c]));
  });

  test("JPEG agrees with libjpeg through sharp, grey as one channel", async () => {
    const grey = await readImage(file("grey.jpg"));
    expect(grey.channels).toBe(1);
    const pixels = await sharp(readFileSync(file("grey.jpg")))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const step = pixels.info.channels;
    expect(Array.from(grey.data)).toEqual(Array.from({ length: 600 }, (_, i) => pixels.data[i * step]));
    expect(await readImage(file("rgb.jpg"))).toMatchObject({ channels: 3, height: 20, width: 30, pixelType: "uint8" });
  });

  test("the first bytes say what a file is, not its name", async () => {
    expect(await imageFormat(file("grey.jpg"))).toBe("jpeg");
    expect(await imageFormat(file("grey16.png"))).toBe("png");
    expect(await imageFormat(file("uint16-bigtiff-big-endian.tif"))).toBe("tiff");
  });
});
