import { ShapeError } from "../../core/errors.ts";
import type { Value } from "../../engine/graph.ts";
import { add, upsampleBilinear2d } from "../../engine/ops/index.ts";
import type { Mode } from "../../nn/layers.ts";
import { type CareUnetConfig, careUnet, careUnetPresets } from "../../nn/networks/care-unet.ts";
import { type GatedUnetConfig, gatedUnet, gatedUnetPresets } from "../../nn/networks/gated-unet.ts";
import { type Scope, scope } from "../../nn/scope.ts";

/** How many times more pixels the result has along each side; 1 keeps the grid and mends blur and noise alone. */
export type Scale = 1 | 2 | 4;

/** A network as plain data; it travels in the model file. */
export type SuperResolverNetwork =
  | ({ readonly kind: "care" } & Pick<CareUnetConfig, "depth" | "baseChannels" | "kernel">)
  | ({ readonly kind: "gated" } & Pick<GatedUnetConfig, "channels" | "blocks">);

/** Networks by name. */
export const superResolverNetworks = {
  /** As published by Weigert et al. 2018 and used by Saguy et al. 2024: 922,977 parameters. The input is enlarged first. */
  care: { kind: "care", ...pick(careUnetPresets.care2d) },
  /** 246,916 parameters at scale 1; works at half the output's resolution and enlarges last. */
  gated: { kind: "gated", ...gatedUnetPresets.small },
} as const satisfies Record<string, SuperResolverNetwork>;

/** Name of a network. */
export type SuperResolverName = keyof typeof superResolverNetworks;

/** What is built: which network, for which enlargement. */
export interface SuperResolverConfig {
  readonly network: SuperResolverNetwork;
  readonly scale: Scale;
}

/** A network given by its name, or as it is. */
export function namedNetwork(network: SuperResolverName | SuperResolverNetwork): SuperResolverNetwork {
  return typeof network === "string" ? superResolverNetworks[network] : network;
}

function pick({ depth, baseChannels, kernel }: (typeof careUnetPresets)["care2d"]) {
  return { depth, baseChannels, kernel };
}

/** Scope of every weight. */
const SCOPE = "superResolver";

/** Begins the name of every weight. */
export const WEIGHTS = `${SCOPE}/`;

const ONE_CHANNEL = { inputChannels: 1, outputChannels: 1 };

/** What each kind of network does with an image `[N, 1, h, w]`, and of what the sides of that image must be multiples. */
const kinds: {
  readonly [Kind in SuperResolverNetwork["kind"]]: {
    sideMultiple(network: Extract<SuperResolverNetwork, { kind: Kind }>, scale: Scale): number;
    output(
      at: Scope,
      image: Value,
      network: Extract<SuperResolverNetwork, { kind: Kind }>,
      how: { readonly scale: Scale; readonly mode: Mode },
    ): Value;
  };
} = {
  care: {
    sideMultiple: ({ depth }, scale) => Math.max(1, 2 ** depth / scale),
    output: (at, image, network, { scale, mode }) =>
      careUnet(at, enlarged(image, scale), { ...ONE_CHANNEL, ...network, residual: true, mode }),
  },
  gated: {
    sideMultiple: ({ channels }, scale) => foldOf(scale) * 2 ** (channels.length - 1),
    output: (at, image, network, { scale }) =>
      add(
        enlarged(image, scale),
        gatedUnet(at, image, { ...ONE_CHANNEL, ...network, fold: foldOf(scale), enlarge: scale }),
      ),
  },
};

/** At scale 1 squares of 2×2 are folded, so that the body works at half the output's resolution, as it does at scale 2. */
const foldOf = (scale: Scale): number => (scale === 1 ? 2 : 1);

const enlarged = (image: Value, scale: Scale): Value => (scale === 1 ? image : upsampleBilinear2d(image, scale));

/** Sides of the input must be multiples of this. */
export function sideMultiple({ network, scale }: SuperResolverConfig): number {
  // The compiler cannot see that a network meets the entry of its own kind.
  return kinds[network.kind].sideMultiple(network as never, scale);
}

/**
 * The image without its blur and noise, on a grid `scale` times as fine. Both networks learn what has to be added to the input, enlarged
 * by linear interpolation (pixel centres at half-integers, so that the field neither grows nor moves).
 *
 * @param image on the unit scale, `[N, 1, h, w]`; `h` and `w` multiples of {@link sideMultiple}
 * @param mode `train` takes a shorter way to the same numbers where weights change at every step
 * @returns on the unit scale, not clipped, `[N, 1, h·scale, w·scale]`
 * @throws {@link ShapeError} when a side is not such a multiple
 */
export function superResolverOutput(image: Value, config: SuperResolverConfig, mode: Mode = "inference"): Value {
  const multiple = sideMultiple(config);
  if (image.shape.slice(2).some((extent) => extent % multiple !== 0))
    throw new ShapeError({
      where: "superResolverOutput",
      expected: `height and width to be multiples of ${multiple}`,
      received: image.shape.slice(2).join(" × "),
      fix: "Pad or crop the image.",
    });
  const { network, scale: times } = config;
  return kinds[network.kind].output(scope(image.graph, SCOPE), image, network as never, { scale: times, mode });
}
