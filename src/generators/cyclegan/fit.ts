import type { Plane } from "../../core/plane.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import { turned } from "../../data/augmentation.ts";
import { unitToNetwork } from "../../data/canonical-image.ts";
import { cropPlane } from "../../data/crop.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { compileStep, initialState, type State } from "../../engine/step.ts";
import { type TrainingCurves, train } from "../../engine/train.ts";
import { CONDITION_MAPS, condition } from "../condition.ts";
import type { DrawnPair } from "./drawn-pair.ts";
import { imagePool } from "./image-pool.ts";
import { type CycleGanNetworks, networkPresets } from "./networks.ts";
import { type CycleGanStepOptions, discriminatorStep, generatorStep, type ImageCycle } from "./step.ts";

/** What the CycleGAN learns from: real images without labels, and a source of label maps without images. */
export interface CycleGanData {
  /** Canonical planes of real images, 0…1. */
  readonly real: readonly Plane[];
  /** A new pair of the crop size. */
  readonly drawPair: (random: Random) => DrawnPair;
}

/** Settings of one training; see {@link CycleGanStepOptions} for those of a step. */
export interface CycleGanFitOptions extends WorkOptions {
  readonly random: Random;
  readonly networks?: CycleGanNetworks;
  readonly steps?: number;
  readonly cropPx?: number;
  readonly lowPass?: number;
  readonly learningRate?: number;
  readonly cycleWeight?: number;
  readonly imageCycle?: ImageCycle;
  /** Whether the first steps compare with the simulator's image; default true. */
  readonly warmStart?: boolean;
  /** Frozen judge of content with the state of its network; see {@link CycleGanStepOptions}. */
  readonly consistency?: NonNullable<CycleGanStepOptions["consistency"]> & { readonly state: State };
  readonly checkpointFile?: string;
  readonly threads?: number;
  /** Where to compute; `chooseDevice` tells what works here. */
  readonly device?: DeviceName;
}

/** A trained CycleGAN: its networks' state, and the settings that made it. */
export interface CycleGanModel {
  readonly state: State;
  readonly networks: CycleGanNetworks;
  readonly cropPx: number;
  readonly lowPass: number;
  readonly curves: TrainingCurves;
  readonly steps: number;
  readonly seconds: number;
}

/**
 * CycleGAN between label maps and real images, with a DCT low-pass between the two generators.
 *
 * Defaults are the laptop preset; the published sizes are {@link networkPresets}. Every step draws crop, mask and pool from its own
 * random stream, so a continued training takes the same steps as an uninterrupted one.
 */
export async function fitCycleGan(data: CycleGanData, options: CycleGanFitOptions): Promise<CycleGanModel> {
  const { random, networks = networkPresets.compact, steps = 2000, cropPx = 96, lowPass = 0.3 } = options;
  const { learningRate = 3e-4, cycleWeight = 10, imageCycle = "all", consistency, warmStart = true } = options;
  const { threads = 1, device = "cpu" } = options;
  const started = performance.now();
  const settings: CycleGanStepOptions = {
    networks,
    steps,
    cropPx,
    lowPass,
    learningRate,
    cycleWeight,
    imageCycle,
    ...(consistency ? { consistency } : {}),
  };
  const generators = await compileStep(generatorStep(settings), { threads, device });
  const discriminators = await compileStep(discriminatorStep(settings), { threads, device });
  const state = initialState([generators.graph, discriminators.graph], random.fork("weights"));
  for (const [name, frozen] of consistency?.state ?? []) state.set(name, frozen);
  const realPool = imagePool(state, "real", [1, cropPx, cropPx]);
  const simPool = imagePool(state, "sim", [CONDITION_MAPS.length, cropPx, cropPx]);

  const curves = await train({
    ...options,
    steps,
    state,
    random: random.fork("steps"),
    step: async (index, { random, rateScale }) => {
      const { labels, image } = data.drawPair(random.fork("mask"));
      const mask = condition(labels);
      const simulated = tensor(unitToNetwork(image).data, [1, 1, cropPx, cropPx]);
      const warmth = tensor(Float32Array.of(warmStart ? warmStartWeight(index / steps) : 0), []);
      const real = realCrop(data.real, cropPx, random.fork("real"));
      const { outputs } = await generators.run(state, { mask, real, simulated, warmth, rateScale });
      const pooledReal = realPool.exchange(outputs.fakeReal!, random.fork("pool real"));
      const pooledSim = simPool.exchange(outputs.fakeSim!, random.fork("pool sim"));
      const judged = await discriminators.run(state, { mask, real, pooledReal, pooledSim, rateScale });
      return lossTerms({ ...outputs, ...judged.outputs });
    },
  });
  await generators.release();
  await discriminators.release();
  return { state, networks, cropPx, lowPass, curves, steps, seconds: (performance.now() - started) / 1000 };
}

/** The warm start: weight of the simulator's image at the first step, and the share of the steps after which it is gone. */
const WARM_START = { weight: 10, share: 0.15 };

/** Weight of the simulator's image after a share of the steps: falls in a straight line, then is 0. */
function warmStartWeight(done: number): number {
  return WARM_START.weight * Math.max(0, 1 - done / WARM_START.share);
}

/** Scalars among the outputs, by name. */
function lossTerms(outputs: Readonly<Record<string, Tensor>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { data }]) => (data.length === 1 ? [[name, data[0]!]] : [])),
  );
}

/** Random crop of a random real image on the [-1, 1] scale, `[1, 1, H, W]`; redrawn up to 8 times while it shows hardly any nucleus. */
function realCrop(planes: readonly Plane[], cropPx: number, random: Random): Tensor {
  const draw = () => cropPlane(random.pick(planes), cropPx, random);
  const bright = ({ data }: Plane) => data.reduce((count, value) => count + (value > 0.3 ? 1 : 0), 0) / data.length;
  let crop = draw();
  for (let attempt = 1; attempt < 8 && bright(crop) <= 0.04; attempt++) crop = draw();
  return tensor(unitToNetwork(turned(crop, random.integer(8))).data, [1, 1, cropPx, cropPx]);
}
