import type { Value } from "../../engine/graph.ts";
import { relu, tanh } from "../../engine/ops/index.ts";
import { cycleGanInit } from "../initializers.ts";
import {
  conv,
  convNorm,
  type Mode,
  normalizations,
  reflectPad,
  residualBlock,
  type UpsamplingName,
  upsamplings,
} from "../layers.ts";
import type { Scope } from "../scope.ts";
import { requireChannels } from "./require-channels.ts";

/** A residual generator as plain data. */
export interface ResnetGeneratorConfig {
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Channels at full resolution, `ngf` in the published code; four times as many where the residual blocks work. */
  readonly baseChannels: number;
  /** Residual blocks at a quarter of the resolution: more see wider and cost most of the time. */
  readonly blocks: number;
  readonly norm: "instance" | "group";
  readonly upsample: UpsamplingName;
  /** `tanh` for images in [-1, 1]. */
  readonly outputActivation: "tanh" | "none";
  /** In `train`, images are convolved before repetition doubles them: the same numbers, sooner. */
  readonly mode?: Mode;
}

/** Configurations with a name; channels in and out are the caller's. */
export const resnetGeneratorPresets = {
  /** Zhu et al. for 256 px and more: 11.378 M parameters with three channels. */
  resnet9: { baseChannels: 64, blocks: 9, norm: "instance", upsample: "transposed", outputActivation: "tanh" },
  /** Zhu et al. for 128 px. */
  resnet6: { baseChannels: 64, blocks: 6, norm: "instance", upsample: "transposed", outputActivation: "tanh" },
  /** 344 k parameters: trains on a two-core computer in minutes. */
  small: { baseChannels: 16, blocks: 4, norm: "instance", upsample: "nearest", outputActivation: "tanh" },
} as const satisfies Record<string, Omit<ResnetGeneratorConfig, "inputChannels" | "outputChannels">>;

/**
 * Image to image of the same size through a quarter-size middle of residual blocks: `[N, inputChannels, H, W]` to
 * `[N, outputChannels, H, W]`; H and W must be multiples of 4.
 *
 * c7s1-k, d2k, d4k, blocks × R4k, u2k, uk, c7s1-out, in the letters of the paper.
 *
 * @throws {@link ShapeError} when the image has other channels than the config says
 * @see Zhu et al., "Unpaired image-to-image translation using cycle-consistent adversarial networks", ICCV 2017, appendix 7.2
 */
export function resnetGenerator(scope: Scope, x: Value, config: ResnetGeneratorConfig): Value {
  const { inputChannels, outputChannels, baseChannels: base, blocks, norm, upsample, outputActivation } = config;
  const { mode = "inference" } = config;
  requireChannels(`resnetGenerator "${scope.path}"`, x, inputChannels);
  const initializer = cycleGanInit;
  const normalized = (name: string, value: Value) => relu(normalizations[norm].apply(scope.at(name).at("norm"), value));
  const down = (name: string, value: Value, channels: number) =>
    relu(convNorm(scope.at(name), value, { channels, kernel: 3, stride: 2, padding: 1, norm, initializer }));
  const up = (name: string, value: Value, channels: number) =>
    normalized(name, upsamplings[upsample](scope.at(name).at("conv"), value, { channels, initializer, mode }));

  let y = relu(convNorm(scope.at("in"), reflectPad(x, 3), { channels: base, kernel: 7, norm, initializer })); // [N, k, H, W]
  y = down("down1", y, 2 * base); // [N, 2k, H/2, W/2]
  y = down("down2", y, 4 * base); // [N, 4k, H/4, W/4]
  for (let block = 1; block <= blocks; block++) y = residualBlock(scope.at(`block${block}`), y, { norm, initializer });
  y = up("up1", y, 2 * base); // [N, 2k, H/2, W/2]
  y = up("up2", y, base); // [N, k, H, W]
  y = conv(scope.at("out"), reflectPad(y, 3), { channels: outputChannels, kernel: 7, initializer }); // [N, outputChannels, H, W]
  return outputActivation === "tanh" ? tanh(y) : y;
}
