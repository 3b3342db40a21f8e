/** Sessions through onnxruntime's JavaScript interface: every device, and every place that has the runtime. `package.json` says which package `#onnxruntime` is. */

import * as ort from "#onnxruntime";
import { SessionError } from "../../core/errors.ts";
import { type DataType, dataTypeOf, type Tensor, type TensorData } from "../../core/tensor.ts";
import { type DeviceName, devices } from "../devices.ts";
import type { Opened } from "./opened.ts";
import { type CompleteOptions, configuration } from "./session-options.ts";

/** Version of onnxruntime. */
export const runtimeVersion: string = ort.env.versions.node ?? ort.env.versions.common;

/** Whether the runtime is the one for Node. */
export const isNode = ort.env.versions.node !== undefined;

/** Opens a model given as the bytes of its file. */
export async function openBinding(bytes: Uint8Array, options: CompleteOptions): Promise<Opened> {
  const { threads, optimization, device, kept, rewrittenModelFile, traceFilePrefix } = options;
  const session = await ort.InferenceSession.create(bytes, {
    ...placement(device, kept),
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableMemPattern: false,
    graphOptimizationLevel: optimization,
    logSeverityLevel: 3,
    extra: configuration(options),
    ...(rewrittenModelFile === undefined ? {} : { optimizedModelFilePath: rewrittenModelFile }),
    ...(traceFilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: traceFilePrefix }),
  });
  const keeper = keeperOf(session, device);
  return {
    inputs: session.inputMetadata.map((input) => ({ name: input.name, shape: input.isTensor ? input.shape : [] })),
    outputNames: session.outputNames,
    async run(inputs, into) {
      const feeds = Object.fromEntries(session.inputNames.map((name) => [name, runtimeTensor(inputs[name]!)]));
      const given = (name: string) => (WRITES_INTO_GIVEN_ARRAYS ? into[name] : undefined);
      const fetches = Object.fromEntries(
        session.outputNames.map((name) => [name, given(name) ? runtimeTensor(given(name)!) : null]),
      );
      const results = await session.run(feeds, fetches);
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

/** Whether the runtime writes into arrays that it is given; in a browser results come from a memory of their own. */
const WRITES_INTO_GIVEN_ARRAYS = isNode;

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
