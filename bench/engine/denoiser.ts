import { exponentialMovingAverage } from "../../src/engine/ema.ts";
import type { Graph, Value } from "../../src/engine/graph.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import type { StepGraph } from "../../src/engine/step.ts";
import type { Mode } from "../../src/nn/layers.ts";
import { mse } from "../../src/nn/losses.ts";
import { diffusionUnet, diffusionUnetPresets } from "../../src/nn/networks/index.ts";
import { parametersOf } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";
import { forward, type Row, stepGraph, trainingStep } from "./row.ts";

const preset = diffusionUnetPresets.ddpm13M;
const { baseChannels, multipliers, blocks, attentionLevels, heads, groups } = preset;
const network = { baseChannels, multipliers, blocks, attentionLevels, heads, groups };

/** The middle-sized denoiser of a diffusion model, trained to find the noise in an image. */
export const denoiserRows: Readonly<Record<string, Row>> = Object.assign({}, rowsOf(8, 64), rowsOf(4, 128));

function rowsOf(batch: number, size: number): Record<string, Row> {
  const sizes = { batch, size, network };
  return {
    [`DDPM U-Net 13 M training step, ${batch}×1×${size}²`]: {
      ours: (options) => trainingStep(denoiserStep(batch, size), options),
      peer: { file: "engine.py", arguments: { work: "denoiser step", ...sizes } },
    },
    [`DDPM U-Net 13 M forward, ${batch}×1×${size}²`]: {
      ours: (options) => forward((graph) => ({ y: denoised(graph, batch, size, "inference") }), options),
      peer: { file: "engine.py", arguments: { work: "denoiser forward", ...sizes } },
    },
  };
}

/** Noisy images `[N, 1, size, size]` and times `[N]` in, their noise out. */
function denoised(graph: Graph, batch: number, size: number, mode: Mode): Value {
  const inputs = { xt: graph.input("xt", [batch, 1, size, size]), t: graph.input("t", [batch]) };
  return diffusionUnet(scope(graph, "net"), inputs, { ...preset, inputChannels: 1, outputChannels: 1, mode });
}

function denoiserStep(batch: number, size: number): StepGraph {
  const loss = (graph: Graph) => mse(denoised(graph, batch, size, "train"), graph.input("eps", [batch, 1, size, size]));
  const target = stepGraph(loss, adam({ learningRate: 1e-3 }));
  exponentialMovingAverage(target.graph, parametersOf(target.graph), 0.999);
  return target;
}
