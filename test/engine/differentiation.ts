import { GradientError } from "../../src/core/errors.ts";
import { type Random, random } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { DeviceName } from "../../src/engine/devices.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { type LoweringName, lower } from "../../src/engine/lowerings/index.ts";
import { add, mul, sum } from "../../src/engine/ops/index.ts";
import { openSession } from "../../src/engine/session.ts";
import type { Sample } from "./samples.ts";

/** A sample made runnable together with its first and second derivatives. */
export interface Differentiated {
  /** Output of the sample, derivatives of `Σ c·output` by each input, and of `Σ uᵢ·gradientᵢ` by each input. */
  run(inputs: readonly Tensor[]): Promise<{ output: Tensor; first: Tensor[]; second: Tensor[] }>;
  release(): Promise<void>;
}

/** Sample with derivatives; c is the cotangent, the u are random constants of this seed. */
export async function differentiated(
  sample: Sample,
  inputs: readonly Tensor[],
  cotangent: Tensor,
  lowering: LoweringName,
  device: DeviceName = "cpu",
): Promise<Differentiated> {
  const graph = createGraph();
  const values = inputs.map(({ shape }, i) => graph.input(`x${i}`, shape));
  const output = sample(values);
  const first = derivatives(sum(mul(output, graph.constant(cotangent.data, cotangent.shape))), values);
  const contracted = first.map((value, i) => sum(mul(value, graph.constant(direction(value, i).data, value.shape))));
  const second = derivatives(
    contracted.reduce((a, b) => add(a, b)),
    values,
  );
  const outputs: Record<string, Value> = { output };
  first.forEach((value, i) => {
    outputs[`first${i}`] = value;
    outputs[`second${i}`] = second[i]!;
  });
  const session = await openSession((await lower(lowering, graph, outputs)).model, { device });
  return {
    async run(tensors) {
      const results = await session.run(Object.fromEntries(tensors.map((tensor, i) => [`x${i}`, tensor])));
      return {
        output: results.output!,
        first: tensors.map((_, i) => results[`first${i}`]!),
        second: tensors.map((_, i) => results[`second${i}`]!),
      };
    },
    release: () => session.release(),
  };
}

/** `Σ uᵢ·gradientᵢ` in double precision, with the same u as {@link differentiated}. */
export function contraction(first: readonly Tensor[]): number {
  return first.reduce((total, tensor, i) => total + dot(tensor, direction(tensor, i)), 0);
}

/** Σ a·b in double precision. */
export function dot(a: Tensor, b: Tensor): number {
  return a.data.reduce((total, value, i) => total + value * b.data[i]!, 0);
}

/** Normal numbers of a shape. */
export function normal(
  { shape, data }: { shape: readonly number[]; data?: ArrayLike<number> },
  source: Random,
): Tensor {
  const size = data?.length ?? shape.reduce((product, extent) => product * extent, 1);
  return { data: Float32Array.from({ length: size }, () => source.normal()), shape };
}

function direction(value: { shape: readonly number[] }, index: number): Tensor {
  return normal({ shape: value.shape }, random(7).fork("direction", index));
}

/** Derivatives, zero where the scalar does not depend on a value at all (the second derivative of something linear). */
function derivatives(scalar: Value, values: readonly Value[]): Value[] {
  return values.map((value) => {
    try {
      return gradient(scalar, [value])[0]!;
    } catch (error) {
      if (!(error instanceof GradientError)) throw error;
      return value.graph.constant(0, value.shape);
    }
  });
}
