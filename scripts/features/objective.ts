import { gradient } from "../../src/engine/gradient.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { add, mul, relu } from "../../src/engine/ops/index.ts";
import { adamW } from "../../src/engine/optimizers/adam-w.ts";
import { oneCycle } from "../../src/engine/schedules.ts";
import type { StepGraph } from "../../src/engine/step.ts";
import { microscopyEmbedding, microscopyNetworkSizes } from "../../src/features/microscopy-network.ts";
import { linear } from "../../src/nn/layers/linear.ts";
import { bceWithLogits, huber } from "../../src/nn/losses.ts";
import { parametersOf } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";
import { CLASSES, MEASURES } from "./exposures.ts";

/** Importance of the second question against the first. */
const MEASURE_WEIGHT = 3;

/** Sizes and rate of a training step. */
export interface FeatureStepOptions {
  /** Exposures per step. */
  readonly exposures: number;
  readonly steps: number;
  readonly peakLearningRate: number;
}

/**
 * The training step as a graph. Two questions are asked of the features of a tile:
 *
 * 1. which structures and manipulations it shows (yes or no for each of `CLASSES`: cross-entropy);
 * 2. with what blur, noise, grain, density, size, contrast … it was simulated (`MEASURES`: Huber loss where the answer is known).
 *
 * Inputs, for E exposures: `tiles` `[E, 1, 64, 64]`; `classes` `[E, 9]`; `measures` and `isKnown` `[E, 10]`.
 */
export function featureStep({ exposures, steps, peakLearningRate }: FeatureStepOptions): StepGraph {
  const { tilePx } = microscopyNetworkSizes;
  const graph = createGraph();
  const tiles = graph.input("tiles", [exposures, 1, tilePx, tilePx]);
  const classes = graph.input("classes", [exposures, CLASSES.length]);
  const measures = graph.input("measures", [exposures, MEASURES.length]);
  const isKnown = graph.input("isKnown", [exposures, MEASURES.length]);

  const features = microscopyEmbedding(tiles, "train");
  const heads = scope(graph, "heads");
  const shared = relu(linear(heads.at("shared"), features, { features: 96 }));
  const classLoss = bceWithLogits(linear(heads.at("classes"), shared, { features: CLASSES.length }), classes);
  const answers = linear(heads.at("measures"), shared, { features: MEASURES.length });
  const measureLoss = huber(answers, measures, { delta: 0.5, weight: isKnown });
  const loss = add(classLoss, mul(measureLoss, MEASURE_WEIGHT));

  const parameters = parametersOf(graph);
  adamW({ learningRate: oneCycle({ peak: peakLearningRate, steps }), weightDecay: 1e-2 }).update(graph, {
    name: "adamw",
    parameters,
    gradients: gradient(loss, parameters),
  });
  return { graph, outputs: { loss, classLoss, measureLoss } };
}
