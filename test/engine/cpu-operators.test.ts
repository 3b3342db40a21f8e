import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { channelsPerBlock } from "../../src/engine/lowerings/cpu/probe.ts";
import { blockedRules } from "../../src/engine/lowerings/cpu/rules.ts";
import { cpu } from "../../src/engine/lowerings/cpu.ts";
import { blockedSamples } from "./blocked-samples.ts";
import { differentiated, normal } from "./differentiation.ts";

const block = await channelsPerBlock();

const cases = Object.entries(blockedSamples).flatMap(([operator, named]) =>
  Object.entries(named).map(([name, sample]) => [`${operator}/${name}`, sample] as const),
);

test("every blocked rule has a sample", () => {
  expect(Object.keys(blockedSamples).sort()).toEqual(Object.keys(blockedRules).sort());
});

// The portable lowering is the reference here: operators.test.ts holds it against PyTorch
describe.skipIf(block === undefined)("blocked", () => {
  test.each(cases)("%s: output, gradient and second derivative as without blocks", async (key, { shapes, sample }) => {
    const inputs = shapes.map((shape, i) => normal({ shape }, random(1).fork(key, i)));
    const graph = createGraph();
    const output = sample(shapes.map((shape, i) => graph.input(`x${i}`, shape)));
    expect(cpu(graph, { output }, { block }).opsets).toHaveProperty(["com.microsoft.nchwc"]);

    const cotangent = normal(output, random(2).fork(key));
    const [expected, received] = await Promise.all(
      (["portable", "cpu"] as const).map(async (lowering) => {
        const model = await differentiated(sample, inputs, cotangent, lowering);
        const results = await model.run(inputs);
        await model.release();
        return results;
      }),
    );
    expectEqual(received!.output, expected!.output, 1e-5);
    inputs.forEach((_, i) => {
      expectEqual(received!.first[i]!, expected!.first[i]!, 2e-5);
      expectEqual(received!.second[i]!, expected!.second[i]!, 5e-5);
    });
  });
});

/** Equal up to rounding errors of sums, which are as large as the largest numbers make them. */
function expectEqual(received: Tensor, expected: Tensor, tolerance: number): void {
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expect(received.shape).toEqual(expected.shape);
  expect(received.data).toBeAllclose(expected.data, { relative: tolerance, absolute: tolerance * largest });
}
