import { gradient } from "../../engine/gradient.ts";
import { createGraph, type Graph, type Value } from "../../engine/graph.ts";
import { add, detach, mul, slice, sum } from "../../engine/ops/index.ts";
import { adam } from "../../engine/optimizers/adam.ts";
import { linearDecay } from "../../engine/schedules.ts";
import type { StepGraph } from "../../engine/step.ts";
import { l1, lsgan } from "../../nn/losses.ts";
import { parametersOf } from "../../nn/parameters.ts";
import { CONDITION_MAPS } from "../condition.ts";
import { lowPass } from "./low-pass.ts";
import { type CycleGanNetworks, judgeReal, judgeSim, realToSim, simToReal } from "./networks.ts";

/**
 * What the cycle asks of the generator of images: that the inverse generator can read every map of the mask in them (`"all"`, as published), or only where
 * there are nuclei (`"foreground"`). The inverse generator learns to read every map either way.
 *
 * Asked for all, the generator draws a dark line wherever two nuclei touch, so that its inverse can read the border; few real contacts have one, for the
 * light of both nuclei adds up (`metrics/contact-brightness.ts`). Asked for the foreground alone, it draws fainter lines.
 */
export type ImageCycle = "all" | "foreground";

/** What shapes the training step of a CycleGAN. */
export interface CycleGanStepOptions {
  readonly networks: CycleGanNetworks;
  readonly cropPx: number;
  readonly steps: number;
  /** Fraction r of the DCT coefficients that reach `realToSim`; 1 is the vanilla method. */
  readonly lowPass: number;
  readonly learningRate: number;
  readonly cycleWeight: number;
  readonly imageCycle: ImageCycle;
  /**
   * A frozen judge of content: loss of a generated image `[1, 1, H, W]` against its condition `[1, 3, H, W]`. It sees whether the
   * nuclei are really there, which neither the cycle nor the discriminator can be trusted to do.
   */
  readonly consistency?: { readonly weight: number; readonly loss: (image: Value, mask: Value) => Value };
}

/**
 * Generator step: both cycles, least-squares adversarial losses, Adam on both generators.
 *
 * In: `mask` `[1, 3, H, W]`, `real` `[1, 1, H, W]`, and for the warm start `simulated` `[1, 1, H, W]`, the simulator's image of that mask,
 * with its weight `warmth` `[]`. Out: the losses, `fakeReal` and `fakeSim` for the discriminators' pools.
 *
 * Nothing in a cycle says that nuclei are bright: dark nuclei on bright ground cycle as well, and with a low-pass one training in three
 * ended so. A first stretch of steps beside the simulator's image settles it; then the weight is 0 and only real images count.
 *
 * @see Zhu et al., ICCV 2017, eq. 3, with the low-pass of {@link lowPass} before every `realToSim`
 */
export function generatorStep(options: CycleGanStepOptions): StepGraph {
  const { networks, cycleWeight, consistency, imageCycle } = options;
  const { graph, mask, real } = images(options);
  const simulated = graph.input("simulated", real.shape);
  const warmth = graph.input("warmth", []);
  const fakeReal = simToReal(mask, networks, "train");
  const readIn = imageCycle === "all" ? fakeReal : detach(fakeReal);
  const cycledSim = realToSim(lowPass(readIn, options.lowPass), networks, "train");
  const fakeSim = realToSim(lowPass(real, options.lowPass), networks, "train");
  const cycledReal = simToReal(fakeSim, networks, "train");

  const adversarialReal = lsgan(judgeReal(fakeReal, networks), true);
  const adversarialSim = lsgan(judgeSim(fakeSim, networks), true);
  const cycleSim = l1(cycledSim, mask);
  const cycleReal = l1(cycledReal, real);
  const cycles = mul(add(cycleSim, cycleReal), cycleWeight);
  const nearSimulation = mul(l1(fakeReal, simulated), warmth);
  let loss = add(add(add(adversarialReal, adversarialSim), cycles), nearSimulation);
  if (imageCycle === "foreground") {
    const presence = mul(l1(foregroundOf(cycledSim), foregroundOf(mask)), cycleWeight);
    loss = add(loss, pulledBy(fakeReal, gradient(presence, [readIn])[0]!));
  }
  const outputs: Record<string, Value> = { adversarialReal, adversarialSim, cycleSim, cycleReal };
  if (consistency) {
    outputs.consistency = consistency.loss(fakeReal, mask);
    loss = add(loss, mul(outputs.consistency, consistency.weight));
  }
  update(graph, loss, ["simToReal", "realToSim"], "generators", options);
  return { graph, outputs: { ...outputs, fakeReal, fakeSim } };
}

/**
 * Discriminator step: each discriminator learns real against pooled fakes, loss halved as published.
 *
 * In: `mask`, `real` as above and `pooledReal`, `pooledSim`, fakes drawn from the pools.
 */
export function discriminatorStep(options: CycleGanStepOptions): StepGraph {
  const { networks, cropPx } = options;
  const { graph, mask, real } = images(options);
  const pooledReal = graph.input("pooledReal", [1, 1, cropPx, cropPx]);
  const pooledSim = graph.input("pooledSim", [1, CONDITION_MAPS.length, cropPx, cropPx]);
  const judgesReal = mul(
    add(lsgan(judgeReal(real, networks), true), lsgan(judgeReal(pooledReal, networks), false)),
    0.5,
  );
  const judgesSim = mul(add(lsgan(judgeSim(mask, networks), true), lsgan(judgeSim(pooledSim, networks), false)), 0.5);
  update(graph, add(judgesReal, judgesSim), ["judgeReal", "judgeSim"], "discriminators", options);
  return { graph, outputs: { judgeReal: judgesReal, judgeSim: judgesSim } };
}

/** The map of a mask `[1, 3, H, W]` that says where there are nuclei, `[1, 1, H, W]`. */
function foregroundOf(maps: Value): Value {
  return slice(maps, {
    axes: [1],
    starts: [CONDITION_MAPS.indexOf("foreground")],
    ends: [CONDITION_MAPS.indexOf("foreground") + 1],
  });
}

/** A term whose derivative by `value` is `derivative`, whatever that was computed from. */
function pulledBy(value: Value, derivative: Value): Value {
  return sum(mul(value, detach(derivative)));
}

function images({ cropPx }: CycleGanStepOptions) {
  const graph = createGraph();
  const mask = graph.input("mask", [1, CONDITION_MAPS.length, cropPx, cropPx]);
  const real = graph.input("real", [1, 1, cropPx, cropPx]);
  return { graph, mask, real };
}

/** Adam with β₁ = 0.5; the rate is constant for half the steps, then falls linearly to zero. */
function update(graph: Graph, loss: Value, scopes: string[], name: string, options: CycleGanStepOptions): void {
  const { steps, learningRate } = options;
  const parameters = parametersOf(graph, ...scopes);
  const schedule = linearDecay({ rate: learningRate, from: Math.floor(steps / 2), to: steps });
  adam({ learningRate: schedule, beta1: 0.5, beta2: 0.999 }).update(graph, {
    name,
    parameters,
    gradients: gradient(loss, parameters),
  });
}
