import { pixelArray, pixelTypes } from "../../src/data/formats/pixel-type.ts";
import type { Image, PixelType } from "../../src/data/image.ts";

/** The pixels that `fixtures/data/make.py` puts into its files, by the same formulas. */
export function examplePixels(
  type: PixelType | "float16",
  { page = 0, height = 20, width = 30, channels = 1 } = {},
): Image {
  const pixelType = type === "float16" ? "float32" : type;
  const data = pixelArray(pixelType, channels * height * width);
  const bits = 8 * pixelTypes[pixelType].bytes;
  for (let c = 0, i = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const n = page * 20011 + y * 1511 + x * 97 + y * x * 13 + c * 8009;
        if (type === "float16") data[i] = n % 2048;
        else if (type === "float32" || type === "float64") data[i] = Math.fround((n % 65536) / 7 - 1000);
        else data[i] = (n * (bits === 32 ? 65537 : 1)) % 2 ** bits; // typed arrays reinterpret the bits of signed kinds
      }
  return { data, pixelType, channels, height, width };
}
