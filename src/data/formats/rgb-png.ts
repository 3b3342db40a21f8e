import type { RgbImage } from "../../image/rgb-image.ts";
import type { Image } from "../image.ts";
import { writeFileAtomically } from "./atomic-write.ts";
import { encodePng } from "./write-png.ts";

/** PNG bytes of a colour picture. */
export function rgbPng(picture: RgbImage): Uint8Array {
  return encodePng(planar(picture), "picture");
}

/** Writes a colour picture as PNG; whole or not at all. @throws {@link OutputError} */
export async function writeRgbPng(path: string, picture: RgbImage): Promise<void> {
  await writeFileAtomically(path, rgbPng(picture));
}

/** A colour picture, interleaved `[H, W, 3]`, as an image, planar `[3, H, W]`. */
function planar({ data, height, width }: RgbImage): Image {
  const size = height * width;
  const planes = new Uint8Array(3 * size);
  for (let i = 0; i < size; i++)
    for (let channel = 0; channel < 3; channel++) planes[channel * size + i] = data[3 * i + channel]!;
  return { data: planes, pixelType: "uint8", channels: 3, height, width };
}
