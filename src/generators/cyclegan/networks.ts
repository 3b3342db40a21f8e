import type { Value } from "../../engine/graph.ts";
import type { Mode } from "../../nn/layers.ts";
import { type PatchDiscriminatorConfig, patchDiscriminator } from "../../nn/networks/patch-discriminator.ts";
import { type ResnetGeneratorConfig, resnetGenerator } from "../../nn/networks/resnet-generator.ts";
import { scope } from "../../nn/scope.ts";
import { CONDITION_MAPS } from "../condition.ts";

/** Sizes and kinds of the four networks. Both directions share them, input and output channels aside. */
export interface CycleGanNetworks {
  /** ngf: channels after the first convolution. */
  readonly generatorChannels: number;
  readonly residualBlocks: number;
  /** ndf. */
  readonly discriminatorChannels: number;
  /** Stride-2 layers of the discriminator; 3 gives the 70×70 PatchGAN. */
  readonly discriminatorLayers: number;
  readonly upsample: ResnetGeneratorConfig["upsample"];
  readonly spectralNorm: boolean;
}

/** Networks by their published names. */
export const networkPresets = {
  /** Zhu et al. 2017 for 256 px and more: ResNet-9, ngf 64, 70×70 PatchGAN. */
  resnet9: {
    generatorChannels: 64,
    residualBlocks: 9,
    discriminatorChannels: 64,
    discriminatorLayers: 3,
    upsample: "transposed",
    spectralNorm: false,
  },
  /** Zhu et al. 2017 for 128 px: ResNet-6, ngf 64, 70×70 PatchGAN. */
  resnet6: {
    generatorChannels: 64,
    residualBlocks: 6,
    discriminatorChannels: 64,
    discriminatorLayers: 3,
    upsample: "transposed",
    spectralNorm: false,
  },
  /** For minutes on a laptop: four blocks, ngf 16, a 34×34 PatchGAN whose patch covers a nucleus of 20 px and its neighbours. */
  compact: {
    generatorChannels: 16,
    residualBlocks: 4,
    discriminatorChannels: 24,
    discriminatorLayers: 2,
    upsample: "nearest",
    spectralNorm: false,
  },
} as const satisfies Record<string, CycleGanNetworks>;

/** Simulated to real: condition `[N, 3, H, W]` → image `[N, 1, H, W]`, both on the [-1, 1] scale. */
export function simToReal(mask: Value, networks: CycleGanNetworks, mode: Mode): Value {
  const config = generatorConfig(networks, CONDITION_MAPS.length, 1, mode);
  return resnetGenerator(scope(mask.graph, "simToReal"), mask, config);
}

/** Real to simulated: image `[N, 1, H, W]` → condition `[N, 3, H, W]`. */
export function realToSim(image: Value, networks: CycleGanNetworks, mode: Mode): Value {
  const config = generatorConfig(networks, 1, CONDITION_MAPS.length, mode);
  return resnetGenerator(scope(image.graph, "realToSim"), image, config);
}

/** Scores of patches: high where the image looks real, `[N, 1, h, w]`. */
export function judgeReal(image: Value, networks: CycleGanNetworks): Value {
  return patchDiscriminator(scope(image.graph, "judgeReal"), image, discriminatorConfig(networks, 1));
}

/** Scores of patches: high where the condition looks like a simulated one, `[N, 1, h, w]`. */
export function judgeSim(mask: Value, networks: CycleGanNetworks): Value {
  return patchDiscriminator(scope(mask.graph, "judgeSim"), mask, discriminatorConfig(networks, CONDITION_MAPS.length));
}

function generatorConfig(
  networks: CycleGanNetworks,
  inputChannels: number,
  outputChannels: number,
  mode: Mode,
): ResnetGeneratorConfig {
  const { generatorChannels, residualBlocks, upsample } = networks;
  return {
    inputChannels,
    outputChannels,
    baseChannels: generatorChannels,
    blocks: residualBlocks,
    norm: "instance",
    upsample,
    outputActivation: "tanh",
    mode,
  };
}

function discriminatorConfig(networks: CycleGanNetworks, inputChannels: number): PatchDiscriminatorConfig {
  const { discriminatorChannels, discriminatorLayers, spectralNorm } = networks;
  return {
    inputChannels,
    baseChannels: discriminatorChannels,
    layers: discriminatorLayers,
    norm: "instance",
    spectralNorm,
  };
}
