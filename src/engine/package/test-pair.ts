import { SessionError, ShapeError } from "../../core/errors.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { openSession, type SessionOptions } from "../session.ts";

/** Outputs by name. */
export type Outputs = Readonly<Record<string, Tensor>>;

/** Largest difference between two ways to run a model, as a share of the largest number. */
const TOLERANCE = 1e-4;

/**
 * Runs an exported model on its test input, and makes sure of what comes out.
 *
 * The model is run twice: as it stands in the file, and with every rewriting that the runtime knows. Both must agree, be finite, and agree
 * with what is expected, such as the output of the graph the model was exported from.
 *
 * @returns the outputs as the file says
 * @throws {@link SessionError} when the model cannot run, or its numbers cannot be relied on
 * @throws {@link ShapeError} when an expected output is missing or has another shape
 */
export async function testPair(
  model: Uint8Array,
  inputs: Readonly<Record<string, Tensor>>,
  expected: Outputs = {},
): Promise<Outputs> {
  const outputs = await run(model, inputs, "disabled");
  compare("the same model, rewritten by the runtime", outputs, await run(model, inputs, "all"));
  for (const name of Object.keys(expected))
    if (!outputs[name])
      throw new ShapeError({ where: `test output "${name}"`, expected: "an output of the model", received: "none" });
  compare("what the network gave before it was exported", outputs, expected);
  return outputs;
}

async function run(
  model: Uint8Array,
  inputs: Readonly<Record<string, Tensor>>,
  optimization: NonNullable<SessionOptions["optimization"]>,
): Promise<Outputs> {
  const session = await openSession(model, { optimization });
  try {
    return await session.run(inputs);
  } finally {
    await session.release();
  }
}

function compare(witness: string, outputs: Outputs, others: Outputs): void {
  for (const [name, { data, shape }] of Object.entries(others)) {
    const where = `test output "${name}"`;
    const own = outputs[name]!;
    if (!sameShape(own.shape, shape))
      throw new ShapeError({
        where,
        expected: `${formatShape(shape)} as ${witness}`,
        received: formatShape(own.shape),
      });
    let [size, apart] = [0, 0];
    for (let i = 0; i < data.length; i++) {
      size = Math.max(size, Math.abs(data[i]!));
      apart = Math.max(apart, Math.abs(own.data[i]! - data[i]!)); // NaN stays NaN
    }
    if (!Number.isFinite(size) || !(apart <= TOLERANCE * size))
      throw new SessionError({
        where,
        expected: `finite numbers within ${TOLERANCE} of ${witness}`,
        received: Number.isFinite(apart) ? `a difference of ${(apart / size).toPrecision(2)}` : "NaN or infinity",
        fix: "Do not publish this model: export it anew, and report the network if it happens again.",
      });
  }
}
