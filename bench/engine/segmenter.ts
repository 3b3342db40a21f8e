import { segmenterStep } from "../../src/tasks/segment/fit.ts";
import { MAP_NAMES, segmenterConfig, segmenterLogits } from "../../src/tasks/segment/network.ts";
import { forward, type Row, trainingStep } from "./row.ts";

const sizes = { channels: segmenterConfig.channels, outputs: MAP_NAMES.length, batch: 8, size: 128 };

const training = () => segmenterStep({ batchSize: 8, cropPx: 128, peakLearningRate: 1e-4, steps: 100 });

/** The U-Net that segments cells. */
export const segmenterRows: Readonly<Record<string, Row>> = {
  "U-Net segmenter training step, 8×1×128²": {
    ours: (options) => trainingStep(training(), options),
    steps: () => [training()],
    peer: { file: "engine.py", arguments: { work: "segmenter step", ...sizes } },
  },
  "U-Net segmenter forward, 8×1×128²": {
    ours: (options) =>
      forward((graph) => ({ y: segmenterLogits(graph.input("x", [8, 1, 128, 128]), "inference") }), options),
    peer: { file: "engine.py", arguments: { work: "segmenter forward", ...sizes } },
  },
};
