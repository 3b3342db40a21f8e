import { exponentialMovingAverage } from "../../src/engine/ema.ts";
import type { Graph, Value } from "../../src/engine/graph.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import type { StepGraph } from "../../src/engine/step.ts";
import type { Mode } from "../../src/nn/layers.ts";
import { mse } from "../../src/nn/losses.ts";
import { type DiffusionUnetConfig, diffusionUnet, diffusionUnetPresets } from "../../src/nn/networks/index.ts";
import { parametersOf } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";
import { forward, type Row, stepGraph, trainingStep } from "./row.ts";

const preset = diffusionUnetPresets.ddpm13M;
const { baseChannels, multipliers, blocks, attentionLevels, heads, groups } = preset;
interface Size {
  readonly preset: Pick<DiffusionUnetConfig, keyof typeof preset>;
  readonly channels: number;
}
const middleSized: Size = { preset, channels: 1 };
const network = { baseChannels, multipliers, blocks, attentionLevels, heads, groups };

/** The middle-sized denoiser of a diffusion model, trained to find the noise in an image. */
export const denoiserRows: Readonly<Record<string, Row>> = Object.assign({}, rowsOf(8, 64), rowsOf(4, 128));

/**
 * The published denoiser of 70 million parameters at its own size, in colour. It takes some tens of seconds a step and much of a workstation's memory,
 * so it is run only when it is asked for by name, and alone.
 */
export const largeDenoiserRows: Readonly<Record<string, Row>> = {
  "Brightfield U-Net 70 M training step, 1×3×512²": {
    ours: (options) =>
      trainingStep(denoiserStep(1, 512, { preset: diffusionUnetPresets.brightfield70M, channels: 3 }), options),
  },
};

function rowsOf(batch: number, size: number): Record<string, Row> {
  const sizes = { batch, size, network };
  return {
    [`DDPM U-Net 13 M training step, ${batch}×1×${size}²`]: {
      ours: (options) => trainingStep(denoiserStep(batch, size), options),
      steps: () => [denoiserStep(batch, size)],
      peer: { file: "engine.py", arguments: { work: "denoiser step", ...sizes } },
    },
    [`DDPM U-Net 13 M forward, ${batch}×1×${size}²`]: {
      ours: (options) => forward((graph) => ({ y: denoised(graph, batch, size, "inference") }), options),
      peer: { file: "engine.py", arguments: { work: "denoiser forward", ...sizes } },
    },
  };
}

/** Noisy images `[N, 1, size, size]` and times `[N]` in, their noise out. */
function denoised(graph: Graph, batch: number, size: number, mode: Mode, { preset, channels } = middleSized): Value {
  const inputs = { xt: graph.input("xt", [batch, channels, size, size]), t: graph.input("t", [batch]) };
  return diffusionUnet(scope(graph, "net"), inputs, {
    ...preset,
    inputChannels: channels,
    outputChannels: channels,
    mode,
  });
}

function denoiserStep(batch: number, size: number, network = middleSized): StepGraph {
  const loss = (graph: Graph) => {
    const noise = graph.input("eps", [batch, network.channels, size, size]);
    return mse(denoised(graph, batch, size, "train", network), noise);
  };
  const target = stepGraph(loss, adam({ learningRate: 1e-3 }));
  exponentialMovingAverage(target.graph, parametersOf(target.graph), 0.999);
  return target;
}
