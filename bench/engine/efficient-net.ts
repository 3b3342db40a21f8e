import type { Graph, Value } from "../../src/engine/graph.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import type { StepGraph } from "../../src/engine/step.ts";
import type { Mode } from "../../src/nn/layers.ts";
import { mse } from "../../src/nn/losses.ts";
import { efficientNet, efficientNetPresets } from "../../src/nn/networks/index.ts";
import { scope } from "../../src/nn/scope.ts";
import { forward, type Row, stepGraph, trainingStep } from "./row.ts";

const preset = efficientNetPresets.b0;
const sizes = {
  batch: 16,
  size: 128,
  network: { stem: preset.stemChannels, stages: preset.stages, head: preset.headChannels },
};

/** EfficientNet-B0 that learns one number per image, such as a count of cells; nothing is dropped. */
export const efficientNetRows: Readonly<Record<string, Row>> = {
  "EfficientNet-B0 training step, 16×3×128²": {
    ours: (options) => trainingStep(training(), options),
    steps: () => [training()],
    peer: { file: "engine.py", arguments: { work: "counter step", ...sizes } },
  },
  "EfficientNet-B0 forward, 16×3×128²": {
    ours: (options) => forward((graph) => ({ y: counted(graph, "inference") }), options),
    peer: { file: "engine.py", arguments: { work: "counter forward", ...sizes } },
  },
};

/** Numbers `[16, 1]`. */
function counted(graph: Graph, mode: Mode): Value {
  const config = { ...preset, dropout: 0, stochasticDepth: 0, inputChannels: 3, outputs: 1, mode };
  return efficientNet(scope(graph, "net"), graph.input("x", [16, 3, 128, 128]), config);
}

const loss = (graph: Graph) => mse(counted(graph, "train"), graph.input("count", [16, 1]));

function training(): StepGraph {
  return stepGraph(loss, adam({ learningRate: 1e-4 }));
}
