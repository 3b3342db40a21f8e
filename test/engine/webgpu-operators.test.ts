import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { lower } from "../../src/engine/lowerings/index.ts";
import { webgpuRules } from "../../src/engine/lowerings/webgpu/rules.ts";
import { concat, cos, mul, sin, split } from "../../src/engine/ops/index.ts";
import { openSession } from "../../src/engine/session.ts";
import { compileFunction } from "../../src/engine/step.ts";
import { blockedSamples } from "./blocked-samples.ts";
import { differentiated, normal } from "./differentiation.ts";
import { operatorReferences } from "./fixture.ts";
import { composed, type Sample, samples } from "./samples.ts";
import { missingWebgpu } from "./webgpu.ts";

const missing = await missingWebgpu("operators on WebGPU");

/** Samples with few channels as PyTorch has seen them, and those with whole blocks of channels, for which providers have other kernels. */
const cases: (readonly [string, Sample, () => Tensor[]])[] = [
  ...Object.entries<Readonly<Record<string, Sample>>>({ ...samples, composed }).flatMap(([operator, named]) =>
    Object.entries(named).map(([name, sample]) => {
      const key = `${operator}/${name}`;
      return [key, sample, () => referenceInputs(key)] as const;
    }),
  ),
  ...Object.entries(blockedSamples).flatMap(([operator, named]) =>
    Object.entries(named).map(([name, { sample, shapes }]) => {
      const inputs = () => shapes.map((shape, i) => normal({ shape }, random(1).fork(operator, name, i)));
      return [`${operator}/${name}, whole blocks`, sample, inputs] as const;
    }),
  ),
];

function referenceInputs(key: string): Tensor[] {
  const reference = operatorReferences();
  const inputs: Tensor[] = [];
  for (let i = 0; reference[`${key}/input${i}`]; i++) inputs.push(reference[`${key}/input${i}`]!);
  return inputs;
}

// The portable lowering on the processor is the reference here: operators.test.ts holds it against PyTorch
describe.skipIf(missing !== undefined)("on WebGPU", () => {
  test.each(cases)("%s: output, gradient and second derivative as on the processor", async (key, sample, draw) => {
    const inputs = draw();
    const graph = createGraph();
    const output = sample(inputs.map(({ shape }, i) => graph.input(`x${i}`, shape)));
    const cotangent = normal(output, random(2).fork(key));
    const expected = await derivatives("portable", "cpu");
    const received = await derivatives("webgpu", "webgpu");
    const far = key.endsWith("far from zero") ? 20 : 1; // numbers near 1000 leave three digits
    expectEqual(received.output, expected.output, 1e-5 * far);
    inputs.forEach((_, i) => {
      expectEqual(received.first[i]!, expected.first[i]!, 2e-5 * far);
      expectEqual(received.second[i]!, expected.second[i]!, 5e-5 * far);
    });

    async function derivatives(lowering: "portable" | "webgpu", device: "cpu" | "webgpu") {
      const model = await differentiated(sample, inputs, cotangent, lowering, device);
      const results = await model.run(inputs);
      await model.release();
      return results;
    }
  });
});

/** Equal up to rounding errors of sums, which are as large as the largest numbers make them. */
function expectEqual(received: Tensor, expected: Tensor, tolerance: number): void {
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expect(received.shape).toEqual(expected.shape);
  expect(received.data).toBeAllclose(expected.data, { relative: tolerance, absolute: tolerance * largest });
}

/** Far more parts than a program of WebGPU may have buffers: what optimizers make of many small parameters. */
function manyParts() {
  const graph = createGraph();
  const x = graph.input("x", [2, 60]);
  const parts = split(x, { axis: 1, lengths: Array.from({ length: 30 }, () => 2) });
  return { graph, y: concat(parts.map((part, i) => mul(part, i)).reverse(), 1) };
}

test("an array is cut into many parts without asking one program for all of them", async () => {
  const { graph, y } = manyParts();
  expect((await lower("webgpu", graph, { y })).model.nodes.some(({ opType }) => opType === "Split")).toBe(false);
});

test.skipIf(missing !== undefined)("many parts on WebGPU", async () => {
  const { graph, y } = manyParts();
  const [here, there] = [
    await compileFunction(graph, { y }),
    await compileFunction(graph, { y }, { device: "webgpu" }),
  ];
  const x = normal({ shape: [2, 60] }, random(0));
  expect((await there.run({ x })).y!.data).toEqual((await here.run({ x })).y!.data);
  await here.release();
  await there.release();
});

test("sine and cosine of large angles are exact by arithmetic alone, where WebGPU's own promise nothing", async () => {
  const angles = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) * 1.7 + i / 7);
  const graph = createGraph();
  const x = graph.input("x", [angles.length]);
  const { model } = await lower("webgpu", graph, { sine: sin(x), cosine: cos(x) });
  expect(model.nodes.filter(({ opType }) => ["Sin", "Cos"].includes(opType))).toEqual([]);
  const session = await openSession(model);
  const { sine, cosine } = await session.run({ x: { data: angles, shape: [angles.length] } });
  await session.release();
  expect(sine!.data).toBeAllclose([...angles].map(Math.sin), { absolute: 4e-7, relative: 0 });
  expect(cosine!.data).toBeAllclose([...angles].map(Math.cos), { absolute: 4e-7, relative: 0 });
});

test("no rule asks the provider for places of maxima or for grouped transposed convolutions", async () => {
  const types = new Set<string>();
  for (const operator of Object.keys(webgpuRules) as (keyof typeof webgpuRules)[])
    for (const [name, sample] of Object.entries(samples[operator] as Readonly<Record<string, Sample>>)) {
      const graph = createGraph();
      const inputs = referenceInputs(`${operator}/${name}`).map(({ shape }, i) => graph.input(`x${i}`, shape));
      const { model } = await lower("webgpu", graph, { output: sample(inputs) });
      for (const { opType, outputs, attributes } of model.nodes) {
        types.add(opType);
        if (opType === "MaxPool") expect(outputs).toHaveLength(1);
        if (opType === "ConvTranspose") expect(attributes.group?.value ?? 1).toBe(1);
      }
    }
  expect(types).toContain("ConvTranspose");
  expect(types).toContain("MaxPool");
});
