/** The only door to onnxruntime: `onnxruntime-node`, or `onnxruntime-web` in a browser, as `package.json` resolves `#onnxruntime`. */

import * as ort from "#onnxruntime";
import { SessionError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import { type DataType, dataTypeOf, type Tensor, type TensorData } from "../core/tensor.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { OnnxModel } from "../onnx/model.ts";

/** Version of onnxruntime, for records. */
export const runtimeVersion: string = ort.env.versions.node ?? ort.env.versions.common;

/** A model that is ready to run. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * All outputs for these inputs: in new arrays, or in those of `into` where the runtime can write into given ones. A given array may be an input's own
   * only where nobody reads that input after the output is written.
   *
   * @throws {@link SessionError}
   */
  run(
    inputs: Readonly<Record<string, Tensor<TensorData>>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  /** Frees the runtime's memory; the session cannot run afterwards. */
  release(): Promise<void>;
}

/** How to run a model. */
export interface SessionOptions {
  /** Threads inside one operator. One is usually best when several trainings share the machine. A browser has its own rule (docs/engine.md). */
  readonly threads?: number;
  /** How far the runtime rewrites the graph when it opens it. */
  readonly optimization?: "disabled" | "basic" | "extended" | "all";
  /** ONNX file that receives the graph as the runtime will run it, its nodes in the order in which they run. */
  readonly rewrittenModelFile?: string;
  /** Beginning of the name of a JSON file that has an event for every node of every run, complete once the session is released. */
  readonly traceFilePrefix?: string;
}

/**
 * Opens a model.
 *
 * Execution is sequential and without memory pattern: measured as fast and a third smaller. `extended` joins transpositions with
 * matrix products; `all` also lays out constant weights in blocks, which only inference has (docs/engine.md).
 *
 * @throws {@link SessionError} when the runtime refuses the model
 */
export async function openSession(
  model: OnnxModel | Uint8Array,
  { threads = 1, optimization = "extended", rewrittenModelFile, traceFilePrefix }: SessionOptions = {},
): Promise<Session> {
  const bytes = model instanceof Uint8Array ? model : encodeModel(model);
  const session = await attempt("opening a model", () =>
    ort.InferenceSession.create(bytes, {
      executionMode: "sequential",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableMemPattern: false,
      graphOptimizationLevel: optimization,
      logSeverityLevel: 3,
      extra: { optimization: { disable_specified_optimizers: "CommonSubexpressionElimination" } },
      ...(rewrittenModelFile === undefined ? {} : { optimizedModelFilePath: rewrittenModelFile }),
      ...(traceFilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: traceFilePrefix }),
    }),
  );
  const metadata = new Map(session.inputMetadata.map((input) => [input.name, input]));
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(inputs, into = {}) {
      const feeds: Record<string, ort.Tensor> = {};
      for (const name of session.inputNames) {
        const given = inputs[name];
        if (!given)
          throw new SessionError({
            where: "run",
            expected: `an input "${name}"`,
            received: Object.keys(inputs).join(", ") || "none",
          });
        feeds[name] = runtimeTensor(given);
        const info = metadata.get(name);
        if (info?.isTensor && !info.shape.every((extent, i) => typeof extent === "string" || extent === given.shape[i]))
          throw new SessionError({
            where: `run, input "${name}"`,
            expected: `[${info.shape.join(", ")}]`,
            received: formatShape(given.shape),
          });
      }
      const given = (name: string) => (WRITES_INTO_GIVEN_ARRAYS ? into[name] : undefined);
      const fetches = Object.fromEntries(
        session.outputNames.map((name) => [name, given(name) ? runtimeTensor(given(name)!) : null]),
      );
      const results = await attempt("running a model", () => session.run(feeds, fetches));
      const outputs: Record<string, Tensor> = {};
      for (const name of session.outputNames) {
        const array = given(name);
        if (array) free(results[name]!);
        outputs[name] = array ?? ownTensor(results[name]!);
      }
      return outputs;
    },
    release: () => session.release(),
  };
}

/** Whether the runtime writes into arrays that it is given; in a browser results come from a memory of their own. */
const WRITES_INTO_GIVEN_ARRAYS = ort.env.versions.node !== undefined;

/** Frees a copy at once that the runtime makes of every result, also of one that it has written into a given array: garbage collectors come late. */
function free(copy: ort.Tensor): void {
  (copy.data as Float32Array<ArrayBuffer>).buffer.transfer(0);
}

/** Runtime tensors of our own ones: parameters come back as inputs at every step. */
const wrapped = new WeakMap<Tensor<TensorData>, ort.Tensor>();

function runtimeTensor(tensor: Tensor<TensorData>): ort.Tensor {
  let found = wrapped.get(tensor);
  if (!found) {
    found = new ort.Tensor(dataTypeOf(tensor.data) satisfies DataType, tensor.data as Float32Array, tensor.shape);
    wrapped.set(tensor, found);
  }
  return found;
}

function ownTensor(result: ort.Tensor): Tensor {
  const own: Tensor = { data: result.data as Float32Array, shape: result.dims };
  wrapped.set(own, result);
  return own;
}

async function attempt<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new SessionError({
      where,
      expected: "onnxruntime to succeed",
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
