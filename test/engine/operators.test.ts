import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { lowerings } from "../../src/engine/lowerings/index.ts";
import { operators } from "../../src/engine/ops/index.ts";
import { contraction, differentiated, dot, normal } from "./differentiation.ts";
import { operatorReferences } from "./fixture.ts";
import { composed, type Sample, samples } from "./samples.ts";

const reference = operatorReferences();

/** What a detached value tells its gradient is not its slope. */
const STOPS_GRADIENT = [
  "detach/plain",
  "composed/batchNorm mean",
  "composed/batchNorm variance",
  "composed/batchNorm variance about zero",
];

/** Numbers near 1000 leave three digits for differences (near 200 hardly four), and equal maxima have no slope. */
const NO_DIFFERENCES = [
  "composed/instanceNorm far from zero",
  "max/ties",
  "maximum/ties",
  "maxPool2d/overlapping ties",
  "maxPool2d/ties",
  "softmax/far",
];

const cases = Object.entries<Readonly<Record<string, Sample>>>({ ...samples, composed }).flatMap(([operator, named]) =>
  Object.entries(named).map(([name, sample]) => [`${operator}/${name}`, sample] as const),
);

test("every operator has a sample", () => {
  expect(Object.keys(samples).sort()).toEqual(Object.keys(operators).sort());
});

describe.each(Object.keys(lowerings) as (keyof typeof lowerings)[])("%s lowering", (lowering) => {
  test.each(cases)("%s agrees with PyTorch and with finite differences", async (key, sample) => {
    const inputs = inputsOf(key);
    const cotangent = reference[`${key}/cotangent`]!;
    const graph = await differentiated(sample, inputs, cotangent, lowering);
    const { output, first, second } = await graph.run(inputs);

    // float32 against PyTorch in float64: a few rounding errors of sums of up to some hundred terms
    expect(output.shape).toEqual(reference[`${key}/output`]!.shape);
    const near = key.endsWith("far from zero") ? 2e-4 : 1e-5;
    expect(output.data).toBeAllclose(reference[`${key}/output`]!.data, { relative: near, absolute: near });
    inputs.forEach((_, i) => {
      const expected = reference[`${key}/gradient${i}`]!;
      expect(first[i]!.shape).toEqual(expected.shape);
      expect(first[i]!.data).toBeAllclose(expected.data, { relative: 2e-5, absolute: 2 * near * largest(expected) });
    });

    if (!STOPS_GRADIENT.includes(key) && !NO_DIFFERENCES.includes(key))
      for (const [i, input] of inputs.entries())
        for (let trial = 0; trial < 3; trial++) {
          const direction = normal(input, random(trial).fork(key, i));
          const [wide, narrow] = [await differences(STEP), await differences(STEP / 2)];
          const [slope, bend] = wide.map((value, j) => (4 * narrow[j]! - value) / 3) as [number, number]; // Richardson
          expectClose(dot(first[i]!, direction), slope, Math.sqrt(dot(first[i]!, first[i]!)), `slope by input ${i}`);
          expectClose(dot(second[i]!, direction), bend, Math.sqrt(dot(second[i]!, second[i]!)), `bend by input ${i}`);

          async function differences(step: number) {
            const [ahead, behind] = [await at(step), await at(-step)];
            const rise = dot(ahead.output, cotangent) - dot(behind.output, cotangent);
            return [rise / (2 * step), (contraction(ahead.first) - contraction(behind.first)) / (2 * step)];
          }
          async function at(distance: number) {
            const data = input.data.map((value, j) => value + distance * direction.data[j]!);
            return graph.run(inputs.map((other, j) => (j === i ? { data, shape: input.shape } : other)));
          }
        }
    await graph.release();
  });
});

/** Wide enough for float32, narrow enough to stay on one side of the samples' kinks. */
const STEP = 1e-2;

function inputsOf(key: string): Tensor[] {
  const inputs: Tensor[] = [];
  for (let i = 0; reference[`${key}/input${i}`]; i++) inputs.push(reference[`${key}/input${i}`]!);
  if (inputs.length === 0) throw new Error(`fixtures/engine has no "${key}": add it to make.py and run it.`);
  return inputs;
}

function largest(tensor: Tensor): number {
  return tensor.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
}

/** Extrapolated central differences of float32 results are good to about 5e-4 of the size of the gradient. */
function expectClose(received: number, expected: number, size: number, what: string): void {
  const apart = Math.abs(received - expected);
  const allowed = 1e-3 * Math.max(1, size, Math.abs(expected));
  expect(apart, `${what}: ${received} against differences ${expected}`).toBeLessThanOrEqual(allowed);
}
