import type { Graph, Value } from "../../src/engine/graph.ts";
import { add, reshape } from "../../src/engine/ops/index.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import type { StepGraph } from "../../src/engine/step.ts";
import type { Mode } from "../../src/nn/layers.ts";
import { bceWithLogits, crossEntropyWithLogits } from "../../src/nn/losses.ts";
import { type DetectionScale, yoloNano, yoloNanoPresets } from "../../src/nn/networks/index.ts";
import { scope } from "../../src/nn/scope.ts";
import { forward, NOISE_CLASSES, type Row, stepGraph, trainingStep } from "./row.ts";

const [batch, size] = [4, 320];
const preset = { ...yoloNanoPresets.nano, bins: NOISE_CLASSES } as const; // the preset's own 16
const sizes = {
  batch,
  size,
  network: {
    channels: preset.channels,
    depths: preset.depths,
    neck: preset.neckDepth,
    bins: preset.bins,
    box: preset.boxChannels,
    category: preset.classChannels,
  },
};

/** The detector of boxes; every place is told a class and four distances, where a full recipe would pick some of them. */
export const detectorRows: Readonly<Record<string, Row>> = {
  "YOLO-like detector n training step, 4×3×320²": {
    ours: (options) => trainingStep(training(), options),
    steps: () => [training()],
    peer: { file: "engine.py", arguments: { work: "detector step", ...sizes } },
  },
  "YOLO-like detector n forward, 4×3×320²": {
    ours: (options) =>
      forward(
        (graph) =>
          Object.fromEntries(
            detected(graph, "inference").flatMap(({ stride, boxes, classes }) => [
              [`boxes${stride}`, boxes],
              [`classes${stride}`, classes],
            ]),
          ),
        options,
      ),
    peer: { file: "engine.py", arguments: { work: "detector forward", ...sizes } },
  },
};

function detected(graph: Graph, mode: Mode): readonly DetectionScale[] {
  const x = graph.input("x", [batch, 3, size, size]);
  return yoloNano(scope(graph, "net"), x, { ...preset, inputChannels: 3, classes: 1, mode });
}

function training(): StepGraph {
  return stepGraph(loss, adam({ learningRate: 1e-4 }));
}

/** Binary cross-entropy of the class plus cross-entropy of each distance, summed over the three maps. */
function loss(graph: Graph): Value {
  const perScale = detected(graph, "train").map(({ stride, boxes, classes }) => {
    const side = size / stride;
    const truth = graph.input(`classes${stride}`, [batch, 1, side, side]);
    const distances = graph.input(`distances${stride}`, [4 * batch, side, side], "int32");
    const bins = reshape(boxes, [4 * batch, preset.bins, side, side]);
    return add(bceWithLogits(classes, truth), crossEntropyWithLogits(bins, distances));
  });
  return perScale.reduce((sum, each) => add(sum, each));
}
