import { ShapeError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { pillowBicubic } from "./pillow-bicubic.ts";

/** What is done to a plane of 0…1 before a network sees it, in this order. */
export interface FeaturePreprocessing {
  /** Round to 256 levels first, as if the image had been saved in a file of 8 bits. */
  readonly isEightBit: boolean;
  /**
   * Size that every image is brought to by antialiased bicubic resizing, in pixels; `"native"` leaves the pixels alone. Resizing hides
   * blur and noise of single pixels, but it is how networks with a fixed input are used.
   */
  readonly size: { readonly height: number; readonly width: number } | "native";
  /** `(255 · value − offset) / divisor` for each channel of the network's input; grey planes fill all of them. */
  readonly offset: readonly number[];
  /** See {@link offset}. */
  readonly divisor: readonly number[];
}

/** Known preprocessings by the network that they were published with. */
export const featurePreprocessings = {
  /**
   * The Inception network of FID, as clean-fid feeds it: 8 bits, 299 × 299 by Pillow's antialiased bicubic without rounding, cut to 0…255, three equal
   * channels, `(x − 128) / 128`. For the network file of 2015 without resizing or scaling inside, with the output of 2048 numbers before the classifier.
   *
   * @see Parmar, Zhang & Zhu, CVPR 2022; clean-fid, `resize.py` and `inception_torchscript.py`
   */
  inceptionFid: {
    isEightBit: true,
    size: { height: 299, width: 299 },
    offset: [128, 128, 128],
    divisor: [128, 128, 128],
  },
  /** Networks of torchvision: 224 × 224, mean and standard deviation of ImageNet's colours. */
  torchvision: {
    isEightBit: true,
    size: { height: 224, width: 224 },
    offset: [123.675, 116.28, 103.53],
    divisor: [58.395, 57.12, 57.375],
  },
} as const satisfies Record<string, FeaturePreprocessing>;

/**
 * A plane as channels of a network's input.
 *
 * @param plane unit scale 0…1, `[H, W]`; what lies outside is cut off where the preprocessing has 8 bits
 * @returns `[C, height, width]` with its height and width
 * @throws {@link ShapeError} when offset and divisor are not of one length
 */
export function preprocessed(
  plane: Plane,
  { isEightBit, size, offset, divisor }: FeaturePreprocessing,
): { readonly data: Float32Array; readonly height: number; readonly width: number } {
  if (offset.length !== divisor.length || offset.length === 0)
    throw new ShapeError({
      where: "preprocessing of a feature network",
      expected: "one offset and one divisor for each channel",
      received: `${offset.length} and ${divisor.length}`,
    });
  const within = (value: number) => Math.min(255, Math.max(0, value));
  const grey: Plane = {
    ...plane,
    data: plane.data.map((value) => (isEightBit ? Math.round(within(255 * value)) : 255 * value)),
  };
  const resized = size === "native" ? grey : pillowBicubic(grey, size.height, size.width);
  const { height, width } = resized;
  const pixels = height * width;
  const data = new Float32Array(offset.length * pixels);
  for (const [channel, zero] of offset.entries())
    for (let i = 0; i < pixels; i++) {
      const value = size === "native" ? resized.data[i]! : within(resized.data[i]!); // the bicubic kernel overshoots
      data[channel * pixels + i] = (value - zero) / divisor[channel]!;
    }
  return { data, height, width };
}
