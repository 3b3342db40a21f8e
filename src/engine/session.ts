/** The only door to onnxruntime: `onnxruntime-node`, or `onnxruntime-web` in a browser, as `package.json` resolves `#onnxruntime`. */

import * as ort from "#onnxruntime";
import { SessionError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import { type DataType, dataTypeOf, type Tensor, type TensorData } from "../core/tensor.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { OnnxModel } from "../onnx/model.ts";
import { type DeviceName, devices } from "./devices.ts";

/** Version of onnxruntime, for records. */
export const runtimeVersion: string = ort.env.versions.node ?? ort.env.versions.common;

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

/** How to run a model. */
export interface SessionOptions {
  /** Where to compute. Nodes that a device's provider lacks are computed by the processor, within the same run (docs/devices.md). */
  readonly device?: DeviceName;
  /**
   * Outputs that stay where they were computed: see {@link deviceOf}. On devices that cannot keep results it changes nothing.
   */
  readonly kept?: readonly string[];
  /** Threads inside one operator. One is usually best when several trainings share the machine. A browser has its own rule (docs/engine.md). */
  readonly threads?: number;
  /** How far the runtime rewrites the graph when it opens it. */
  readonly optimization?: "disabled" | "basic" | "extended" | "all";
  /** Whether nodes that compute the same stay apart: they may be meant to come at different times. */
  readonly equalNodesStay?: boolean;
  /** ONNX file that receives the graph as the runtime will run it. Its nodes stand in the order of the run only if the runtime may rewrite the graph. */
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
  {
    threads = 1,
    optimization = "extended",
    device = "cpu",
    kept = [],
    equalNodesStay = false,
    rewrittenModelFile,
    traceFilePrefix,
  }: SessionOptions = {},
): Promise<Session> {
  const bytes = model instanceof Uint8Array ? model : encodeModel(model);
  const session = await attempt("opening a model", device, () =>
    ort.InferenceSession.create(bytes, {
      ...placement(device, kept),
      executionMode: "sequential",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableMemPattern: false,
      graphOptimizationLevel: optimization,
      logSeverityLevel: 3,
      extra: {
        session: { intra_op: { spin_duration_us: `${SPIN_US}` } },
        ...(equalNodesStay ? { optimization: { disable_specified_optimizers: JOINS_EQUAL_NODES } } : {}),
      },
      ...(rewrittenModelFile === undefined ? {} : { optimizedModelFilePath: rewrittenModelFile }),
      ...(traceFilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: traceFilePrefix }),
    }),
  );
  const keeper = keeperOf(session, device);
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
        const elsewhere = deviceOf(given) ?? device;
        if (elsewhere !== device)
          throw new SessionError({
            where: `run, input "${name}"`,
            expected: `numbers for ${device}`,
            received: `a tensor that ${elsewhere} keeps`,
            fix: "Await fromDevice, or bringHome for a whole state, before using it elsewhere.",
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
      const results = await attempt("running a model", device, () => session.run(feeds, fetches));
      const outputs: Record<string, Tensor> = {};
      for (const name of session.outputNames) {
        const array = given(name);
        if (array) freeCopy(results[name]!);
        outputs[name] = array ?? ownTensor(results[name]!, keeper);
      }
      return outputs;
    },
    release: () => keeper.release(),
  };
}

/**
 * How long a thread that has nothing to do looks for work before it sleeps, in µs. The runtime's own measure is a number of looks, which takes 50 ms on
 * processors that pause long between two: meanwhile results come to JavaScript at a third of their speed, and other sessions wait.
 */
const SPIN_US = 1000;

/** The runtime's own name of what joins nodes that compute the same. */
const JOINS_EQUAL_NODES = "CommonSubexpressionElimination";

/** Whether the runtime writes into arrays that it is given; in a browser results come from a memory of their own. */
const WRITES_INTO_GIVEN_ARRAYS = ort.env.versions.node !== undefined;

/**
 * Frees at once the copy that onnxruntime-node makes of every result, also of one that it has written into a given array: garbage collectors come
 * late, and see little of such memory.
 */
function freeCopy({ data }: ort.Tensor): void {
  (data as Float32Array<ArrayBuffer>).buffer.transfer(0);
}

/** What the runtime is told of a device; the processor needs no words. */
function placement(device: DeviceName, kept: readonly string[]): ort.InferenceSession.SessionOptions {
  if (device === "cpu") return {};
  const inDevice = devices[device].keepsResults && kept.length > 0;
  return {
    executionProviders: [device],
    ...(inDevice ? { preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, "gpu-buffer"])) } : {}),
  };
}

/** What a session must know of its results that a device keeps. */
interface Keeper {
  readonly device: DeviceName;
  /** One of its kept results was freed. */
  letGo(): void;
}

/** Sessions with kept results, held so that nothing collects them before those. */
const keeping = new Set<ort.InferenceSession>();

/**
 * Counts the kept results of a session and releases it after the last of them: the runtime frees a result with the help of the session that
 * made it, and where that is gone, ends the program without an error.
 */
function keeperOf(session: ort.InferenceSession, device: DeviceName) {
  let [kept, isOver] = [0, false];
  const releaseIfOver = async () => {
    if (!isOver || kept > 0) return;
    keeping.delete(session);
    await session.release();
  };
  return {
    device,
    keep() {
      kept++;
      keeping.add(session);
    },
    letGo() {
      kept--;
      void releaseIfOver();
    },
    release() {
      isOver = true;
      return releaseIfOver();
    },
  };
}

/** Runtime tensors of our own ones: parameters come back as inputs at every step. */
const wrapped = new WeakMap<Tensor<TensorData>, ort.Tensor>();

/** Where the numbers are that a device keeps. */
const keptBy = new WeakMap<Tensor<TensorData>, Keeper>();

/** The device that keeps a tensor's numbers, if one does: its shape can be read, its data only after `fromDevice`. */
export function deviceOf(tensor: Tensor<TensorData>): DeviceName | undefined {
  return keptBy.get(tensor)?.device;
}

/**
 * Frees the memory that a device keeps for a tensor; of any other tensor, nothing. JavaScript does not see that memory, so that nothing would
 * make it collect tensors that nobody needs any more.
 */
export function freeOnDevice(tensor: Tensor<TensorData>): void {
  const keeper = keptBy.get(tensor);
  const there = wrapped.get(tensor);
  if (!keeper || !there) return;
  wrapped.delete(tensor);
  there.dispose();
  keeper.letGo();
}

function runtimeTensor(tensor: Tensor<TensorData>): ort.Tensor {
  let found = wrapped.get(tensor);
  if (!found) {
    found = new ort.Tensor(dataTypeOf(tensor.data) satisfies DataType, tensor.data as Float32Array, tensor.shape);
    wrapped.set(tensor, found);
  }
  return found;
}

function ownTensor(result: ort.Tensor, keeper: Keeper & { keep(): void }): Tensor {
  const isKept = result.location !== "cpu";
  const own: Tensor = isKept ? keptTensor(result.dims) : { data: result.data as Float32Array, shape: result.dims };
  wrapped.set(own, result);
  if (isKept) {
    keptBy.set(own, keeper);
    keeper.keep();
  }
  return own;
}

function keptTensor(shape: Tensor["shape"]): Tensor {
  return {
    shape,
    get data(): never {
      throw new SessionError({
        where: "tensor",
        expected: "numbers in JavaScript's memory",
        received: "a tensor that a device keeps, or has freed",
        fix: "Await fromDevice, or bringHome for a whole state, before reading it.",
      });
    },
  };
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
