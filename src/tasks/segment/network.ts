import type { Value } from "../../engine/graph.ts";
import { type UnetConfig, unet, unetPresets } from "../../nn/networks/unet.ts";
import { scope } from "../../nn/scope.ts";

/** The maps that the network predicts, in the order of its output channels. */
export const MAP_NAMES = ["foreground", "border", "distance"] as const;

/** The segmenter's U-Net: about 200 thousand parameters, learns in a minute on one core. */
export const segmenterConfig = {
  inputChannels: 1,
  outputChannels: MAP_NAMES.length,
  ...unetPresets.smallSegmenter,
} as const satisfies Omit<UnetConfig, "mode">;

/** Sides of an input must be multiples of this: the U-Net halves the image once per level below the first. */
export const SIDE_MULTIPLE = 2 ** (segmenterConfig.channels.length - 1);

/**
 * Logits of foreground, border and distance.
 *
 * @param image canonical image on the [-1, 1] scale, `[N, 1, H, W]`; `H` and `W` multiples of {@link SIDE_MULTIPLE}
 * @returns `[N, 3, H, W]`
 */
export function segmenterLogits(image: Value, mode: UnetConfig["mode"]): Value {
  return unet(scope(image.graph, "segmenter"), image, { ...segmenterConfig, mode });
}
