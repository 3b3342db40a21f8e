import type { Value } from "../../engine/graph.ts";
import { leakyRelu } from "../../engine/ops/index.ts";
import { cycleGanInit } from "../initializers.ts";
import { conv, convNorm, type NormalizationName } from "../layers.ts";
import type { Scope } from "../scope.ts";
import { requireChannels } from "./require-channels.ts";

/** A discriminator of patches as plain data. */
export interface PatchDiscriminatorConfig {
  readonly inputChannels: number;
  /** Channels of the first layer, `ndf` in the published code; doubled by each further layer up to eight times. */
  readonly baseChannels: number;
  /** Convolutions of stride 2. One score then judges 16, 34, 70 or 142 px for 1, 2, 3 or 4 layers. */
  readonly layers: number;
  readonly norm: NormalizationName;
  /** Bound every layer's largest singular value, so that the discriminator cannot run away from the generator. */
  readonly spectralNorm?: boolean;
}

/** Configurations with a name; the channels of the image are the caller's. */
export const patchDiscriminatorPresets = {
  /** The 70×70 PatchGAN of pix2pix and CycleGAN: 2.765 M parameters with three channels. */
  patch70: { baseChannels: 64, layers: 3, norm: "instance" },
  /** 34×34 px, 94 k parameters: the partner of the small generator. */
  small: { baseChannels: 24, layers: 2, norm: "instance" },
} as const satisfies Record<string, Omit<PatchDiscriminatorConfig, "inputChannels">>;

/**
 * Realism of every patch of an image, one unbounded score each: `[N, inputChannels, H, W]` to `[N, 1, H', W']`.
 *
 * @throws {@link ShapeError} when the image has other channels than the config says
 * @see Isola et al., "Image-to-image translation with conditional adversarial networks", CVPR 2017, appendix 6.1.2
 * @see Miyato et al., ICLR 2018, for the spectral normalisation
 */
export function patchDiscriminator(scope: Scope, x: Value, config: PatchDiscriminatorConfig): Value {
  const { inputChannels, baseChannels, layers, norm, spectralNorm = false } = config;
  requireChannels(`patchDiscriminator "${scope.path}"`, x, inputChannels);
  const shared = { kernel: 4, padding: 1, initializer: cycleGanInit, spectralNorm };
  let y = leakyRelu(conv(scope.at("layer0").at("conv"), x, { ...shared, channels: baseChannels, stride: 2 }), 0.2); // [N, k, H/2, W/2]
  for (let layer = 1; layer <= layers; layer++) {
    const channels = baseChannels * Math.min(2 ** layer, 8);
    const stride = layer < layers ? 2 : 1;
    y = leakyRelu(convNorm(scope.at(`layer${layer}`), y, { ...shared, channels, stride, norm }), 0.2); // [N, channels, H/2^(layer+1), …]
  }
  return conv(scope.at("out"), y, { ...shared, channels: 1 });
}
