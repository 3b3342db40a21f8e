import type { Scope } from "../scope.ts";
import { careUnet, careUnetPresets } from "./care-unet.ts";
import { diffusionUnet, diffusionUnetPresets } from "./diffusion-unet.ts";
import { efficientNet, efficientNetPresets } from "./efficient-net.ts";
import { gatedUnet, gatedUnetPresets } from "./gated-unet.ts";
import { patchDiscriminator, patchDiscriminatorPresets } from "./patch-discriminator.ts";
import { resnetGenerator, resnetGeneratorPresets } from "./resnet-generator.ts";
import { unet, unetPresets } from "./unet.ts";
import { yoloNano, yoloNanoPresets } from "./yolo-nano.ts";

/** A network as the table lists it. */
interface Network {
  /** Builds the network under a scope; the same scope again shares its weights. Most take an image and give one; see each. */
  build(scope: Scope, inputs: never, config: never): object;
  /** Configurations with a name. */
  readonly presets: Readonly<Record<string, object>>;
  readonly reference: string;
}

/** Networks by name. To add one: its file and a line here. */
export const networks = {
  resnetGenerator: {
    build: resnetGenerator,
    presets: resnetGeneratorPresets,
    reference: "Zhu, Park, Isola & Efros, ICCV 2017, appendix 7.2; after Johnson, Alahi & Fei-Fei, ECCV 2016",
  },
  patchDiscriminator: {
    build: patchDiscriminator,
    presets: patchDiscriminatorPresets,
    reference: "Isola, Zhu, Zhou & Efros, CVPR 2017, appendix 6.1.2",
  },
  unet: { build: unet, presets: unetPresets, reference: "Ronneberger, Fischer & Brox, MICCAI 2015" },
  diffusionUnet: {
    build: diffusionUnet,
    presets: diffusionUnetPresets,
    reference: "Nichol & Dhariwal, ICML 2021; Ho, Jain & Abbeel, NeurIPS 2020",
  },
  careUnet: { build: careUnet, presets: careUnetPresets, reference: "Weigert et al., Nature Methods 15, 1090 (2018)" },
  gatedUnet: {
    build: gatedUnet,
    presets: gatedUnetPresets,
    reference: "After Chen et al., ECCV 2022, and Shi et al., CVPR 2016; see gated-unet.ts",
  },
  efficientNet: { build: efficientNet, presets: efficientNetPresets, reference: "Tan & Le, ICML 2019" },
  yoloNano: {
    build: yoloNano,
    presets: yoloNanoPresets,
    reference: "After Redmon et al., CVPR 2016; its parts' papers are named in yolo-nano.ts",
  },
} as const satisfies Record<string, Network>;

export { type CareUnetConfig, careUnet, careUnetPresets } from "./care-unet.ts";
export {
  type DiffusionUnetConfig,
  type DiffusionUnetInputs,
  diffusionUnet,
  diffusionUnetPresets,
} from "./diffusion-unet.ts";
export {
  type EfficientNetConfig,
  type EfficientNetStage,
  efficientNet,
  efficientNetPresets,
} from "./efficient-net.ts";
export { type GatedUnetConfig, gatedUnet, gatedUnetPresets } from "./gated-unet.ts";
export { type PatchDiscriminatorConfig, patchDiscriminator, patchDiscriminatorPresets } from "./patch-discriminator.ts";
export { type ResnetGeneratorConfig, resnetGenerator, resnetGeneratorPresets } from "./resnet-generator.ts";
export { type UnetConfig, unet, unetPresets } from "./unet.ts";
export { type DetectionScale, type YoloNanoConfig, yoloNano, yoloNanoPresets } from "./yolo-nano.ts";
