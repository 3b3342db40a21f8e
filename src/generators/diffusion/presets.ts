import { random } from "../../core/random.ts";
import type { CompileOptions } from "../../engine/step.ts";
import { diffusionUnetPresets } from "../../nn/networks/diffusion-unet.ts";
import { type DiffusionFitOptions, fitDiffusion } from "./fit.ts";
import type { DiffusionNetwork } from "./network.ts";
import type { PatchStream } from "./patches.ts";

/**
 * A training for a size and a time, as options of {@link fitDiffusion}; the number of steps is up to the machine. What it does not say stays as there:
 * a cosine schedule, and weights averaged over the last twentieth of the steps.
 */
export type DiffusionPreset = Required<
  Pick<DiffusionFitOptions, "network" | "batchSize" | "learningRate" | "rateDecay" | "prediction" | "weighting">
>;

/** Edges of images that there are presets for, in pixels. */
export type PresetSizePx = 64 | 96 | 128;

/** Time budgets that there are presets for. */
export type PresetMinutes = 10 | 30 | 120;

/** For two hours at 64 and 96 px: 2,507,873 parameters with one channel; attention at an eighth of the resolution. */
const middle = {
  ...diffusionUnetPresets.laptop64,
  baseChannels: 32,
  attentionLevels: [3],
} as const satisfies DiffusionNetwork;

const shared = { batchSize: 8, rateDecay: "cosine", prediction: "velocity", weighting: "simple" } as const;
const small = { ...shared, learningRate: 1e-3 } as const;
const large = { ...shared, learningRate: 7e-4 } as const;

/**
 * Presets by edge and minutes.
 *
 * Ten and thirty minutes have the one network at every edge that can begin with the package's prior (`priorFor`), which is worth more than a larger network
 * that begins with nothing (docs/results.md). Two hours are for larger ones; whether they then draw better has not been measured. Those of 64 px go
 * into the batch: a still larger network would only learn few images by heart sooner.
 *
 * On two otherwise idle cores of a server (AMD EPYC with AVX-512, two threads) a step of batch 8 took 0.07 s (`laptop64`) and 0.19 s (`middle`) at 64 px,
 * and 0.49 s (`laptop128`) at 128 px; on one with AVX2 alone about four times as long.
 */
export const diffusionPresets: Readonly<Record<PresetSizePx, Readonly<Record<PresetMinutes, DiffusionPreset>>>> = {
  64: {
    10: { network: diffusionUnetPresets.laptop64, ...small },
    30: { network: diffusionUnetPresets.laptop64, ...small },
    120: { network: middle, ...large, batchSize: 16 },
  },
  96: {
    10: { network: diffusionUnetPresets.laptop64, ...small },
    30: { network: diffusionUnetPresets.laptop64, ...small },
    120: { network: middle, ...large },
  },
  128: {
    10: { network: diffusionUnetPresets.laptop64, ...small },
    30: { network: diffusionUnetPresets.laptop64, ...small },
    120: { network: diffusionUnetPresets.laptop128, ...large },
  },
};

/** Share of the time that is left for steps; the rest goes to opening, validating and keeping. */
const SHARE_FOR_STEPS = 0.8;

/** Steps that fit into some minutes, at least 100. */
export function stepsWithin(minutes: number, secondsPerStep: number): number {
  return Math.max(100, Math.floor((SHARE_FOR_STEPS * 60 * minutes) / secondsPerStep));
}

/**
 * Seconds that a training step takes on this machine, pictures included: the median of a few steps of a training that is thrown away.
 *
 * @example
 * const preset = diffusionPresets[64][30];
 * const steps = stepsWithin(30, await measureStepSeconds(preset, data, { threads: 2 }));
 * const model = await fitDiffusion(data, { ...preset, steps, threads: 2, random: random(0) });
 */
export async function measureStepSeconds(
  preset: DiffusionPreset,
  data: PatchStream,
  {
    threads = 1,
    device = "cpu",
    steps = 5,
  }: Pick<CompileOptions, "threads" | "device"> & { readonly steps?: number } = {},
): Promise<number> {
  const ends: number[] = [];
  const onProgress = () => {
    ends.push(performance.now());
  };
  await fitDiffusion(data, { ...preset, steps: steps + 1, threads, device, random: random(0), onProgress });
  const seconds = ends.slice(1).map((end, i) => (end - ends[i]!) / 1000); // without the first step, which warms up
  return seconds.sort((a, b) => a - b)[Math.floor(steps / 2)]!;
}
