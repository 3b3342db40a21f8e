import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { compileFunction, compileStep } from "../../src/engine/step.ts";
import { careUnet, careUnetPresets } from "../../src/nn/networks/index.ts";
import { parameterCount } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";
import { decodeSafetensors } from "../../src/onnx/safetensors.ts";
import {
  type SuperResolverConfig,
  sideMultiple,
  superResolverNetworks,
  superResolverOutput,
} from "../../src/tasks/super-resolve/network.ts";
import { superResolverStep } from "../../src/tasks/super-resolve/step.ts";
import { relativeError, stateFrom } from "./fixture.ts";

const STEPS = 20;
const rateScale: Tensor = { data: Float32Array.of(1), shape: [] };

/** What PyTorch computed; see fixtures/super-resolve-networks/make.py. */
function computed(name: string) {
  const file = new URL(`../../fixtures/super-resolve-networks/${name}.safetensors`, import.meta.url);
  const tensors = decodeSafetensors(readFileSync(file)).tensors as Record<string, Tensor>;
  const state = new Map(
    Object.entries(tensors).flatMap(([key, value]) =>
      key.startsWith("state/") ? [[key.slice(6), value] as const] : [],
    ),
  );
  return { tensors, state };
}

const gated = { kind: "gated", channels: [6, 8], blocks: [1, 2] } as const;
const cases: Record<string, SuperResolverConfig> = {
  care: { network: { kind: "care", depth: 2, baseChannels: 3, kernel: 5 }, scale: 1 },
  gated: { network: gated, scale: 1 },
  "gated-twofold": { network: gated, scale: 2 },
};

describe.each(Object.entries(cases))("%s equals PyTorch", (name, config) => {
  const { tensors, state: given } = computed(name);

  test("output", async () => {
    const graph = createGraph();
    const result = superResolverOutput(graph.input("low", tensors.low0!.shape), config);
    expect(result.shape).toEqual(tensors.high0!.shape);
    const network = await compileFunction(graph, { result }, { state: stateFrom([graph], given) });
    const outputs = await network.run({ low: tensors.low0! });
    await network.release();
    expect(relativeError(outputs.result!.data, tensors.output!.data)).toBeLessThan(1e-6);
  });

  test("losses of 20 training steps", async () => {
    const learningRate = config.network.kind === "care" ? 4e-4 : 2e-3;
    const target = superResolverStep({
      ...config,
      batchSize: 2,
      cropPx: 16,
      steps: 20,
      learningRate,
      schedule: "constant",
    });
    const step = await compileStep(target);
    const state = stateFrom([step.graph], given);
    const curve: number[] = [];
    for (let index = 0; index < STEPS; index++) {
      const batch = { low: tensors[`low${index % 4}`]!, high: tensors[`high${index % 4}`]!, rateScale };
      curve.push((await step.run(state, batch)).outputs.loss!.data[0]!);
    }
    await step.release();
    expect(curve).toBeAllclose(tensors.curve!.data, { relative: 1e-5 });
    expect(curve[16]).toBeLessThan(curve[0]!); // the same batch: it does learn
  });
});

describe("published sizes", () => {
  test("CARE in two dimensions has CSBDeep's 922,977 parameters", () => {
    const graph = createGraph();
    careUnet(scope(graph, "net"), graph.input("x", [1, 1, 64, 64]), {
      ...careUnetPresets.care2d,
      inputChannels: 1,
      outputChannels: 1,
    });
    expect(parameterCount(graph)).toBe(922_977);
  });

  test.each([
    ["care", 1, 922_977],
    ["care", 4, 922_977],
    ["gated", 1, 246_916],
    ["gated", 2, 246_052],
    ["gated", 4, 249_520],
  ] as const)("%s at scale %i has PyTorch's number of parameters and enlarges so", (name, scale, count) => {
    const graph = createGraph();
    const config = { network: superResolverNetworks[name], scale };
    const result = superResolverOutput(graph.input("x", [1, 1, 16, 24]), config);
    expect(parameterCount(graph)).toBe(count);
    expect(result.shape).toEqual([1, 1, 16 * scale, 24 * scale]);
  });

  test("sides that a network cannot halve are refused", () => {
    const graph = createGraph();
    const config = { network: superResolverNetworks.care, scale: 2 } as const;
    expect(sideMultiple(config)).toBe(2);
    expect(() => superResolverOutput(graph.input("x", [1, 1, 15, 16]), config)).toThrow(ShapeError);
  });
});
