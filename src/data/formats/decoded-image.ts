import type { Image, PixelData } from "../image.ts";

/** What a decoder found, before grey pictures that were stored as colour are recognised. */
export interface DecodedImage {
  readonly image: Image;
  /** Whether the first three channels are red, green and blue. */
  readonly isRgb: boolean;
  /** Whether the last channel is opacity. */
  readonly hasAlpha: boolean;
  /** Colours `[n][red, green, blue]` that the single channel points into. */
  readonly palette?: readonly (readonly number[])[];
}

/** Image made of the first `channels` channels. */
function firstChannels(image: Image, channels: number): Image {
  return { ...image, channels, data: image.data.slice(0, channels * image.height * image.width) };
}

/** Whether two stretches of equal length hold the same numbers. */
function equalStretches(data: PixelData, startA: number, startB: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (data[startA + i] !== data[startB + i]) return false;
  return true;
}

/** Picture with its palette looked up: one channel becomes red, green, blue. */
function withColours(image: Image, palette: readonly (readonly number[])[]): Image {
  const size = image.height * image.width;
  const data = new Uint8Array(3 * size);
  for (let i = 0; i < size; i++) {
    const colour = palette[image.data[i]!];
    if (colour) for (let channel = 0; channel < 3; channel++) data[channel * size + i] = colour[channel]!;
  }
  return { ...image, data, pixelType: "uint8", channels: 3 };
}

/**
 * The channels that carry information.
 *
 * An opacity channel that is the same everywhere is dropped, and red = green = blue becomes one grey channel: many programs
 * store grey pictures as RGBA. Both lose nothing. An opacity channel that varies stays as the last channel.
 */
export function informativeChannels({ image: stored, isRgb: storedAsRgb, hasAlpha, palette }: DecodedImage): Image {
  let image = palette ? withColours(stored, palette) : stored;
  const isRgb = storedAsRgb || palette !== undefined;
  const size = image.height * image.width;
  if (hasAlpha && image.channels > 1) {
    const start = (image.channels - 1) * size;
    if (equalStretches(image.data, start, start + 1, size - 1)) image = firstChannels(image, image.channels - 1);
  }
  const isGrey = isRgb && equalStretches(image.data, 0, size, size) && equalStretches(image.data, 0, 2 * size, size);
  if (!isGrey) return image;
  if (image.channels === 3) return firstChannels(image, 1);
  // Grey with an opacity that varies: keep grey and opacity.
  const data = image.data.slice(0, 2 * size);
  data.set(image.data.subarray(3 * size, 4 * size), size);
  return { ...image, data, channels: 2 };
}
