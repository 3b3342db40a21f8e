import type { Image } from "../data/image.ts";

/** Colour picture for the screen: 8 bits per channel, interleaved `[H, W, 3]`, red green blue. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** The same picture as an image of three channels `[3, H, W]`, ready to be written as PNG. */
export function rgbImage({ data, height, width }: RgbImage): Image {
  const size = height * width;
  const planar = new Uint8Array(3 * size);
  for (let i = 0; i < size; i++)
    for (let channel = 0; channel < 3; channel++) planar[channel * size + i] = data[3 * i + channel]!;
  return { data: planar, pixelType: "uint8", channels: 3, height, width };
}
