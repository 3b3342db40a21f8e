/** The door to onnxruntime: everybody opens models here and hands over tensors. The ways into the runtime are in `runtime/`. */

import { SessionError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor, TensorData } from "../core/tensor.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { OnnxModel } from "../onnx/model.ts";
import type { DeviceName } from "./devices.ts";
import { deviceOf, openBinding } from "./runtime/binding.ts";
import { nativeOpener } from "./runtime/native-opener.ts";
import type { Opened } from "./runtime/opened.ts";
import type { CompleteOptions, SessionOptions } from "./runtime/session-options.ts";

export { deviceOf, freeOnDevice, runtimeVersion } from "./runtime/binding.ts";
export type { SessionOptions } from "./runtime/session-options.ts";

/** A model that is ready to run. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * All outputs for these inputs: in new arrays, in those of `into` where the runtime can write into given ones, or in new device memory for what is
   * kept. A given array may be an input's own only where nobody reads that input after the output is written.
   *
   * @throws {@link SessionError}
   */
  run(
    inputs: Readonly<Record<string, Tensor<TensorData>>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  /** Frees the runtime's memory, once results that a device keeps are freed too; the session cannot run afterwards. */
  release(): Promise<void>;
}

/**
 * Opens a model.
 *
 * Execution is sequential and without memory pattern: measured as fast and a third smaller. `extended` joins transpositions with
 * matrix products; `all` also lays out constant weights in blocks, which only inference has (docs/engine.md).
 *
 * @throws {@link SessionError} when the runtime refuses the model
 */
export async function openSession(model: OnnxModel | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const complete: CompleteOptions = {
    threads: 1,
    optimization: "extended",
    device: "cpu",
    kept: [],
    equalNodesStay: false,
    constantsStay: false,
    exactShapes: false,
    ...options,
  };
  const { device } = complete;
  const opened = await attempt("opening a model", device, () => open(model, complete));
  return {
    inputNames: opened.inputs.map(({ name }) => name),
    outputNames: opened.outputNames,
    async run(inputs, into = {}) {
      for (const input of opened.inputs) checkInput(input, inputs, device);
      return attempt("running a model", device, () => opened.run(inputs, into));
    },
    release: () => opened.release(),
  };
}

/**
 * Whether results of exact shapes are written where they shall be, without a copy, and all sessions take their arrays from one arena. Else, on a platform
 * whose C interface cannot be called, the same bits take a little longer, and a training step one copy of its state more.
 */
export async function writesInPlace(): Promise<boolean> {
  return (await nativeOpener()) !== undefined;
}

/** On the processor through the C interface, where there is one and shapes are known; otherwise through the binding, which also writes traces. */
async function open(model: OnnxModel | Uint8Array, options: CompleteOptions): Promise<Opened> {
  if (model instanceof Uint8Array) return openBinding(model, options);
  const isPlain = options.device === "cpu" && !options.rewrittenModelFile && !options.traceFilePrefix;
  const openNative = isPlain && options.exactShapes ? await nativeOpener() : undefined;
  return openNative ? openNative(model, options) : openBinding(encodeModel(model), options);
}

/** @throws {@link SessionError} when an input is missing, elsewhere, or of another shape */
function checkInput(
  { name, shape }: Opened["inputs"][number],
  inputs: Readonly<Record<string, Tensor<TensorData>>>,
  device: DeviceName,
): void {
  const given = inputs[name];
  if (!given)
    throw new SessionError({
      where: "run",
      expected: `an input "${name}"`,
      received: Object.keys(inputs).join(", ") || "none",
    });
  const elsewhere = deviceOf(given) ?? device;
  if (elsewhere !== device)
    throw new SessionError({
      where: `run, input "${name}"`,
      expected: `numbers for ${device}`,
      received: `a tensor that ${elsewhere} keeps`,
      fix: "Await fromDevice, or bringHome for a whole state, before using it elsewhere.",
    });
  if (!shape.every((extent, i) => typeof extent === "string" || extent === given.shape[i]))
    throw new SessionError({
      where: `run, input "${name}"`,
      expected: `[${shape.join(", ")}]`,
      received: formatShape(given.shape),
    });
}

async function attempt<T>(where: string, device: DeviceName, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new SessionError({
      where: device === "cpu" ? where : `${where} on ${device}`,
      expected: "onnxruntime to succeed",
      received: cause instanceof Error ? cause.message : String(cause),
      ...(device === "cpu" ? {} : { fix: "The same on the processor: --device cpu." }),
      cause,
    });
  }
}
