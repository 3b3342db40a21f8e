import type { Value } from "../../engine/graph.ts";
import { constantInit } from "../../engine/initializers.ts";
import { concat, upsampleNearest2d } from "../../engine/ops/index.ts";
import { convSilu } from "../layers/conv-silu.ts";
import { crossStage } from "../layers/cross-stage.ts";
import { pyramidPooling } from "../layers/pyramid-pooling.ts";
import { conv, type Mode } from "../layers.ts";
import type { Scope } from "../scope.ts";
import { requireChannels } from "./require-channels.ts";
import { requireMultiple } from "./require-multiple.ts";

/** A small detector as plain data. */
export interface YoloNanoConfig {
  readonly inputChannels: number;
  /** Kinds of objects. */
  readonly classes: number;
  /** Channels at strides 2, 4, 8, 16 and 32, even. */
  readonly channels: readonly [number, number, number, number, number];
  /** Pairs of convolutions in the blocks at strides 4, 8, 16 and 32. */
  readonly depths: readonly [number, number, number, number];
  /** The same in each block of the neck. */
  readonly neckDepth: number;
  /** Numbers per side of a box: 1 for a plain distance, more for logits of a distribution over 0, 1, … bins - 1 strides. */
  readonly bins: number;
  /** Channels inside the two branches of the head. */
  readonly boxChannels: number;
  readonly classChannels: number;
  /** In `train`, batch normalisation uses the batch and updates its running statistics; in `inference` it uses those. */
  readonly mode: Mode;
}

/** Configurations with a name; channels of the image, classes and the mode are the caller's. */
export const yoloNanoPresets = {
  /** 3,011,027 parameters with three channels and one class, 1.0 G multiplications with addition at 320 px. */
  nano: {
    channels: [16, 32, 64, 128, 256],
    depths: [1, 2, 2, 1],
    neckDepth: 1,
    bins: 16,
    boxChannels: 64,
    classChannels: 64,
  },
  /** For a laptop: 569,851 parameters with one channel and one class, a fifth of the operations. */
  pico: {
    channels: [8, 16, 32, 64, 96],
    depths: [1, 1, 1, 1],
    neckDepth: 1,
    bins: 8,
    boxChannels: 32,
    classChannels: 32,
  },
} as const satisfies Record<string, Omit<YoloNanoConfig, "inputChannels" | "classes" | "mode">>;

/** What the detector says at one resolution; a place is responsible for the box around its centre. */
export interface DetectionScale {
  /** Pixels of the image per place. */
  readonly stride: number;
  /** Distances from the centre to left, top, right and bottom in strides, or `bins` logits for each in turn: `[N, 4·bins, H/stride, W/stride]`. */
  readonly boxes: Value;
  /** Logit of each class, `[N, classes, H/stride, W/stride]`. */
  readonly classes: Value;
}

/**
 * Boxes and classes at strides 8, 16 and 32 of an image `[N, inputChannels, H, W]`, H and W multiples of 32: raw numbers, neither
 * decoded nor sorted out.
 *
 * A backbone of cross-stage blocks with pyramid pooling at its end; a neck in which meaning flows down to the fine maps, then place back up
 * to the coarse ones; a head with one branch for boxes and one for classes, the same at each resolution but with weights of its own.
 *
 * @throws {@link ShapeError} when H or W is no multiple of 32, or the channels are not those of the config
 * @see Redmon et al., "You only look once", CVPR 2016, for the one pass over a grid of places
 * @see Wang et al., "CSPNet", CVPR Workshops 2020, and ELAN, arXiv:2211.04800, for the blocks
 * @see Lin et al., "Feature pyramid networks", CVPR 2017, and Liu et al., "Path aggregation network", CVPR 2018, for the neck
 * @see Tian et al., "FCOS", ICCV 2019, for distances instead of anchors, and Ge et al., "YOLOX", arXiv:2107.08430, for two branches
 * @see Li et al., "Generalized focal loss", NeurIPS 2020, for distributions instead of distances
 */
export function yoloNano(scope: Scope, x: Value, config: YoloNanoConfig): readonly DetectionScale[] {
  const { inputChannels, channels, depths, neckDepth, mode } = config;
  requireChannels(`yoloNano "${scope.path}"`, x, inputChannels);
  requireMultiple(`yoloNano "${scope.path}"`, x, 32);
  const halve = (at: Scope, value: Value, width: number) =>
    convSilu(at, value, { channels: width, kernel: 3, stride: 2, mode });

  const backbone = scope.at("backbone");
  const maps: Value[] = []; // at strides 4, 8, 16 and 32
  let y = halve(backbone.at("stem"), x, channels[0]); // [N, c₀, H/2, W/2]
  for (const [index, depth] of depths.entries()) {
    const at = backbone.at(`stage${index + 1}`);
    const width = channels[index + 1]!;
    y = crossStage(at.at("block"), halve(at.at("halve"), y, width), { channels: width, depth, residual: true, mode });
    maps.push(y);
  }
  const [, fine, middle, last] = maps as [Value, Value, Value, Value];
  const coarse = pyramidPooling(backbone.at("pooling"), last, { channels: channels[4], mode }); // [N, c₄, H/32, W/32]

  const neck = scope.at("neck");
  const join = (name: string, parts: readonly Value[], width: number) =>
    crossStage(neck.at(name), concat(parts, 1), { channels: width, depth: neckDepth, residual: false, mode });
  const down16 = join("down16", [upsampleNearest2d(coarse, 2), middle], channels[3]);
  const at8 = join("at8", [upsampleNearest2d(down16, 2), fine], channels[2]);
  const at16 = join("at16", [halve(neck.at("halve8"), at8, channels[2]), down16], channels[3]);
  const at32 = join("at32", [halve(neck.at("halve16"), at16, channels[3]), coarse], channels[4]);

  return [at8, at16, at32].map((map, index) => detect(scope.at("head").at(`${8 << index}`), map, 8 << index, config));
}

/** The two branches at one resolution. */
function detect(scope: Scope, map: Value, stride: number, config: YoloNanoConfig): DetectionScale {
  const { classes, bins, boxChannels, classChannels, mode } = config;
  const branch = (name: string, width: number, outputs: number, start: number) => {
    const at = scope.at(name);
    const options = { channels: width, kernel: 3, mode };
    const y = convSilu(at.at("second"), convSilu(at.at("first"), map, options), options);
    at.at("out").parameter("bias", [outputs], constantInit(start)); // asked for first, so that the convolution's bias starts so
    return conv(at.at("out"), y, { channels: outputs, kernel: 1 });
  };
  return {
    stride,
    boxes: branch("boxes", boxChannels, 4 * bins, 1),
    // Objects are rare: all classes start at a probability of 1 % (Lin et al., "Focal loss", ICCV 2017, section 3.3)
    classes: branch("classes", classChannels, classes, -Math.log(99)),
  };
}
