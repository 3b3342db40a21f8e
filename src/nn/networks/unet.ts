import type { Value } from "../../engine/graph.ts";
import { concat, maxPool2d, relu, upsampleBilinear2d } from "../../engine/ops/index.ts";
import { conv, convNorm, type Mode, normalizations, skipConv } from "../layers.ts";
import type { Scope } from "../scope.ts";
import { requireChannels } from "./require-channels.ts";
import { requireMultiple } from "./require-multiple.ts";

/** A U-Net as plain data. */
export interface UnetConfig {
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Channels per level, finest first; each level halves the resolution. */
  readonly channels: readonly number[];
  readonly norm: "batch" | "group";
  /** In `train`, batch normalisation uses the batch and updates its running statistics; in `inference` it uses those. */
  readonly mode: Mode;
  readonly upsample?: "nearest" | "bilinear";
  /** `wide`: two convolutions per level on the way up, as published. `narrow`: one, already at the next level's width; 1.8 times fewer operations. */
  readonly decoder?: "wide" | "narrow";
}

/** Configurations with a name; channels in and out, and the mode, are the caller's. */
export const unetPresets = {
  /** 303 k parameters. */
  segmenter: { channels: [16, 32, 64, 64], norm: "batch", upsample: "nearest", decoder: "wide" },
  /** 197 k parameters: one convolution per level on the way up; learns in a minute on one core. */
  smallSegmenter: { channels: [16, 32, 64, 64], norm: "batch", upsample: "nearest", decoder: "narrow" },
} as const satisfies Record<string, Omit<UnetConfig, "inputChannels" | "outputChannels" | "mode">>;

/**
 * Image to per-pixel predictions without a final non-linearity: `[N, inputChannels, H, W]` to `[N, outputChannels, H, W]`.
 *
 * Two 3×3 convolutions per level down, maxima of 2×2 between levels; upwards twice the size, joined with the skip of that level.
 * Borders are padded with zeros, so that the size is kept, where the paper cropped.
 *
 * @throws {@link ShapeError} when H or W is not a multiple of 2^(levels - 1), or the channels are not those of the config
 * @see Ronneberger, Fischer & Brox, "U-Net", MICCAI 2015
 */
export function unet(scope: Scope, x: Value, config: UnetConfig): Value {
  const { inputChannels, outputChannels, channels, norm, mode, upsample = "nearest", decoder = "wide" } = config;
  requireChannels(`unet "${scope.path}"`, x, inputChannels);
  requireMultiple(`unet "${scope.path}"`, x, 2 ** (channels.length - 1));
  const unit = (name: string, value: Value, width: number, index: number) =>
    relu(convNorm(scope.at(name), value, { channels: width, kernel: 3, padding: 1, norm, mode, index }));
  const pair = (name: string, value: Value, width: number) => unit(name, unit(name, value, width, 1), width, 2);
  /** The first unit on the way up: of the coarser level at twice its size, joined with the skip. */
  const joined = (name: string, value: Value, skip: Value, width: number) => {
    if (upsample === "bilinear") return unit(name, concat([upsampleBilinear2d(value, 2), skip], 1), width, 1);
    const { convBias, apply } = normalizations[norm];
    const convolved = skipConv(scope.at(`${name}/conv1`), value, skip, {
      channels: width,
      kernel: 3,
      bias: convBias,
      mode,
    });
    return relu(apply(scope.at(`${name}/norm1`), convolved, mode));
  };

  const skips: Value[] = [];
  let y = x;
  for (const [level, width] of channels.entries()) {
    y = pair(`down${level}`, level === 0 ? y : maxPool2d(y, 2), width); // [N, width, H/2^level, W/2^level]
    skips.push(y);
  }
  for (let level = channels.length - 2; level >= 0; level--) {
    const [name, skip] = [`up${level}`, skips[level]!];
    y =
      decoder === "wide"
        ? unit(name, joined(name, y, skip, channels[level]!), channels[level]!, 2)
        : joined(name, y, skip, channels[Math.max(level - 1, 0)]!);
  }
  return conv(scope.at("out"), y, { channels: outputChannels, kernel: 1 });
}
