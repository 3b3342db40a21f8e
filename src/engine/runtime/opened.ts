import type { Tensor, TensorData } from "../../core/tensor.ts";

/** A model opened in onnxruntime, by whichever way. `openSession` is the door for everybody else: it chooses the way and looks at arguments. */
export interface Opened {
  readonly inputs: readonly OpenedInput[];
  readonly outputNames: readonly string[];
  /** As in `Session`, for arguments that were looked at. What goes wrong is an error with the runtime's own words. */
  run(inputs: Readonly<Record<string, Tensor<TensorData>>>, into: Into): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** What a model says of an input; extents known only at run time are texts. */
export interface OpenedInput {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** Arrays for outputs, by name. */
export type Into = Readonly<Record<string, Tensor>>;
