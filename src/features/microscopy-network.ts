import type { Value } from "../engine/graph.ts";
import {
  abs,
  add,
  concat,
  globalAveragePool2d,
  instanceNorm,
  log,
  mul,
  relu,
  reshape,
  separable2d,
  sign,
  sqrt,
  square,
  sub,
  type Taps,
} from "../engine/ops/index.ts";
import type { Mode } from "../nn/layers/batch-norm.ts";
import { convNorm } from "../nn/layers/conv-norm.ts";
import { linear } from "../nn/layers/linear.ts";
import { scope } from "../nn/scope.ts";

/** Scope of everything that the network learns. */
export const MICROSCOPY_SCOPE = "microscopyFeatures";

/** Sizes of the network. Changing one needs a new training. */
export const microscopyNetworkSizes = {
  /** Edge of the tiles that it sees, in pixels of the image. */
  tilePx: 64,
  /** Numbers that come out for each tile. */
  dimensions: 64,
  /** Convolutions in their order; those marked are pooled into the features. */
  stages: [
    { channels: 32, kernel: 5, stride: 2, isPooled: true },
    { channels: 48, kernel: 3, stride: 1, isPooled: true },
    { channels: 96, kernel: 3, stride: 2, isPooled: false },
    { channels: 96, kernel: 3, stride: 1, isPooled: true },
    { channels: 128, kernel: 3, stride: 2, isPooled: false },
    { channels: 128, kernel: 3, stride: 1, isPooled: true },
  ],
  /** Width of the layer between pooled activations and features. */
  hidden: 192,
} as const;

/** Differences of this size, on the unit scale, lie where {@link signedLogarithm} bends from linear to logarithmic. */
const BEND = 0.01;
/** Standard deviations of the Gaussians whose differences the network sees, in pixels: fine grain, small structures, large ones. */
const SCALES_PX = [0.7, 2, 6] as const;

/**
 * Features of tiles before whitening: six convolutions with batch normalisation, averaged over the tile at four depths.
 *
 * The network sees each pixel in five ways: as it is; standardised by mean and deviation of its tile, which shows shapes whatever the
 * exposure; and as the signed logarithm of its difference from its surroundings at three scales, so that faint noise and lost sharpness, a
 * hundredth of the range, weigh as much as what is bright. Averages at every depth keep what is fine (noise, blur)
 * beside what is large (shapes). Pixels are never resized.
 *
 * @param tiles unit scale 0…1, `[N, 1, 64, 64]`
 * @returns `[N, 64]`
 */
export function microscopyEmbedding(tiles: Value, mode: Mode): Value {
  const { dimensions, stages, hidden } = microscopyNetworkSizes;
  const root = scope(tiles.graph, MICROSCOPY_SCOPE);
  const [batch] = tiles.shape as [number];

  const views = [sub(mul(tiles, 2), 1), mul(instanceNorm(tiles, { epsilon: BEND ** 2 }), 0.5)];
  let finer = tiles;
  for (const sigma of SCALES_PX) {
    const coarser = separable2d(tiles, tiles.shape.slice(2), [
      gaussian(sigma, tiles.shape[2]!),
      gaussian(sigma, tiles.shape[3]!),
    ]);
    views.push(mul(signedLogarithm(mul(sub(finer, coarser), 1 / BEND)), 0.5));
    finer = coarser;
  }
  let x = concat(views, 1); // [N, 5, 64, 64]
  const pooled: Value[] = [];
  stages.forEach(({ channels, kernel, stride, isPooled }, i) => {
    x = relu(
      convNorm(root.at(`stage${i + 1}`), x, {
        channels,
        kernel,
        stride,
        padding: (kernel - 1) / 2,
        norm: "batch",
        mode,
      }),
    );
    if (isPooled) pooled.push(reshape(globalAveragePool2d(x), [batch, channels]));
  });
  const activations = relu(linear(root.at("hidden"), concat(pooled, 1), { features: hidden }));
  return linear(root.at("embedding"), activations, { features: dimensions });
}

/** Weights of a Gaussian; at the border, of what is left of it. */
function gaussian(sigma: number, extent: number): Taps {
  const reach = Math.ceil(3 * sigma);
  return (i) => {
    const places = Array.from({ length: 2 * reach + 1 }, (_, k) => i - reach + k).filter((j) => j >= 0 && j < extent);
    const weights = places.map((j) => Math.exp(-(((j - i) / sigma) ** 2) / 2));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return places.map((j, k) => [j, weights[k]! / total] as const);
  };
}

/** Inverse hyperbolic sine: x near 0, `sign(x) · ln 2|x|` far from it. */
function signedLogarithm(x: Value): Value {
  return mul(sign(x), log(add(abs(x), sqrt(add(square(x), 1)))));
}
