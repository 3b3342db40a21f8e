import type { Tensor } from "../core/tensor.ts";
import type { OnnxModel, OnnxValueInfo } from "../onnx/model.ts";
import { deviceOf, openSession } from "./session.ts";

/**
 * The numbers of kept tensors, in JavaScript's memory, by the same names; the kept ones stay as they are.
 *
 * A model that does nothing fetches them: the runtime's own way, `getData`, is missing in onnxruntime-node 1.30, where calling it ends the program.
 *
 * @throws {@link SessionError} when the device refuses
 */
export async function fromDevice(tensors: ReadonlyMap<string, Tensor>): Promise<Map<string, Tensor>> {
  const found = new Map(tensors);
  for (const device of new Set([...tensors.values()].flatMap((tensor) => deviceOf(tensor) ?? []))) {
    const there = [...tensors].filter(([, tensor]) => deviceOf(tensor) === device);
    const inputs = there.map(([name, { shape }]) => ({ name, dataType: "float32", shape }) as const);
    const session = await openSession(copyModel(inputs), { device, optimization: "disabled" });
    const copies = await session.run(Object.fromEntries(there));
    for (const [name] of there) found.set(name, copies[COPY + name]!);
    await session.release();
  }
  return found;
}

/** Name of a result in {@link copyModel}. */
const COPY = "copy/";

/** Model that gives its inputs back. */
function copyModel(inputs: readonly OnnxValueInfo[]): OnnxModel {
  return {
    irVersion: 10,
    opsets: { "": 20 },
    name: "copy",
    nodes: inputs.map(({ name }) => ({
      opType: "Identity",
      domain: "",
      name,
      inputs: [name],
      outputs: [COPY + name],
      attributes: {},
    })),
    initializers: [],
    inputs,
    outputs: inputs.map((input) => ({ ...input, name: COPY + input.name })),
    metadata: {},
  };
}
