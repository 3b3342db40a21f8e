import { gradient } from "../../engine/gradient.ts";
import { createGraph } from "../../engine/graph.ts";
import { adam } from "../../engine/optimizers/adam.ts";
import type { StepGraph } from "../../engine/step.ts";
import { parametersOf } from "../../nn/parameters.ts";
import type { BatchOptions } from "./draw-batch.ts";
import { namedNetwork, type SuperResolverName, type SuperResolverNetwork, superResolverOutput } from "./network.ts";
import {
  type SuperResolverLoss,
  type SuperResolverSchedule,
  superResolverLosses,
  superResolverSchedules,
  trainingDefaults,
} from "./training.ts";

/** Network, sizes and rate of a training step. */
export interface SuperResolverStepOptions extends BatchOptions {
  readonly network: SuperResolverName | SuperResolverNetwork;
  readonly steps: number;
  /** Highest rate; 4e-4 for CARE (published), 2e-3 for the gated network unless given. */
  readonly learningRate?: number;
  /** Course of the rate; `halving` for CARE, `cosine` for the gated network unless given. */
  readonly schedule?: SuperResolverSchedule;
  readonly loss?: SuperResolverLoss;
}

/** The training step as a graph: low `[N, 1, h, w]` and high `[N, 1, h·scale, w·scale]` in, loss out, parameters updated by Adam. */
export function superResolverStep(options: SuperResolverStepOptions): StepGraph {
  const { scale, cropPx, batchSize, steps, loss: lossName = "mae" } = options;
  const network = namedNetwork(options.network);
  const defaults = trainingDefaults[network.kind];
  const { learningRate = defaults.learningRate, schedule = defaults.schedule } = options;
  const graph = createGraph();
  const low = graph.input("low", [batchSize, 1, cropPx / scale, cropPx / scale]);
  const high = graph.input("high", [batchSize, 1, cropPx, cropPx]);
  const loss = superResolverLosses[lossName](superResolverOutput(low, { network, scale }, "train"), high);
  const parameters = parametersOf(graph);
  adam({ learningRate: superResolverSchedules[schedule](learningRate, steps) }).update(graph, {
    name: "adam",
    parameters,
    gradients: gradient(loss, parameters),
  });
  return { graph, outputs: { loss } };
}
