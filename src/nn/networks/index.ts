import type { Value } from "../../engine/graph.ts";
import type { Scope } from "../scope.ts";
import { patchDiscriminator, patchDiscriminatorPresets } from "./patch-discriminator.ts";
import { resnetGenerator, resnetGeneratorPresets } from "./resnet-generator.ts";
import { unet, unetPresets } from "./unet.ts";

/** A network as the table lists it. */
interface Network {
  /** Builds the network under a scope; the same scope again shares its weights. */
  build(scope: Scope, x: Value, config: never): Value;
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
} as const satisfies Record<string, Network>;

export { type PatchDiscriminatorConfig, patchDiscriminator, patchDiscriminatorPresets } from "./patch-discriminator.ts";
export { type ResnetGeneratorConfig, resnetGenerator, resnetGeneratorPresets } from "./resnet-generator.ts";
export { type UnetConfig, unet, unetPresets } from "./unet.ts";
