import type { OnnxModel } from "../../onnx/model.ts";

/**
 * Begins the names of shapes that are inputs of a model as well as constants in it: somebody might hand over others, so the runtime does not believe
 * in them before a run.
 */
export const LOOSE_SHAPE = "loose shape ";

/** Values of whose shapes the runtime knows nothing before a run, because they are made of such as have a {@link LOOSE_SHAPE}. */
export function valuesApart({ nodes }: Pick<OnnxModel, "nodes">): ReadonlySet<string> {
  const loose = new Set<string>();
  const apart = new Set<string>();
  for (const { opType, inputs, outputs } of nodes)
    if (opType === "Reshape" && inputs[1]!.startsWith(LOOSE_SHAPE)) loose.add(outputs[0]!);
    else if (inputs.some((name) => loose.has(name))) for (const name of outputs) apart.add(name);
  return apart;
}
