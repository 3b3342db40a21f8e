/**
 * Sessions through onnxruntime's C interface: the runtime reads JavaScript's arrays where they are and writes its results where they shall be.
 *
 * The Node binding copies every result once more, for a training step its whole state: 5 to 10 % of its time and memory (docs/engine.md).
 */

import { isMainThread } from "node:worker_threads";
import { dataTypeOf, type Tensor, type TensorData, zeros } from "../../core/tensor.ts";
import { dataTypes } from "../../onnx/data-types.ts";
import { encodeModel } from "../../onnx/encode.ts";
import type { OnnxModel, OnnxTensor } from "../../onnx/model.ts";
import { type Address, type CInterface, LOGS_ERRORS, loadCInterface } from "./c-interface.ts";
import type { NativeOpener } from "./native-opener.ts";
import type { Opened } from "./opened.ts";
import { configuration } from "./session-options.ts";

/**
 * What opens models on the processor. Their outputs are float32, of the shapes that they state.
 *
 * On the main thread only: a process whose worker threads had such sessions side by side once ended without an error (decision 14).
 *
 * @param version of the runtime
 * @throws Error when this is a worker thread, or this platform has no C interface to call
 */
export function createNativeOpener(version: string): NativeOpener {
  if (!isMainThread) throw new Error("worker threads go through the binding");
  const c = loadCInterface(version);
  const env = made(c, (into) => c.createEnv(LOGS_ERRORS, "fantascope", into));
  const memory = made(c, (into) => c.createCpuMemoryInfo(ARENA_ALLOCATOR, DEFAULT_MEMORY, into));
  shareArena(c, env, memory);

  /** Addresses of runtime tensors over our own ones: parameters come back as inputs at every step. */
  const values = new WeakMap<Tensor<TensorData>, Address>();
  const valuesLeft = new FinalizationRegistry<Address>((value) => c.releaseValue(value));
  const sessionsLeft = new FinalizationRegistry<Address>((session) => c.releaseSession(session));

  function runtimeValue(tensor: Tensor<TensorData>): Address {
    const known = values.get(tensor);
    if (known) return known;
    const { data, shape } = tensor;
    const { code } = dataTypes[dataTypeOf(data)];
    const extents = BigInt64Array.from(shape, BigInt);
    const value = made(c, (into) =>
      c.createTensorWithDataAsOrtValue(memory, data, data.byteLength, extents, extents.length, code, into),
    );
    values.set(tensor, value);
    valuesLeft.register(tensor, value);
    return value;
  }

  return (model, options) => {
    const constant = new Set(model.initializers.map(({ name }) => name));
    const inputs = model.inputs.filter(({ name }) => !constant.has(name)); // a constant may be an input too, with a default
    const { outputs } = model;
    const weights = weightsOf(model);
    const names = weights.map(({ name }) => name);
    const bytes = encodeModel(model, { numbersElsewhere: new Set(names) });
    const settings = made(c, (into) => c.createSessionOptions(into));
    let session: Address;
    try {
      check(c, c.disableMemPattern(settings));
      check(c, c.setSessionLogSeverityLevel(settings, LOGS_ERRORS));
      check(c, c.setSessionGraphOptimizationLevel(settings, OPTIMIZATION_LEVELS[options.optimization]));
      check(c, c.setIntraOpNumThreads(settings, options.threads));
      const entries = { ...configuration(options), "session.use_env_allocators": "1" };
      for (const [name, value] of Object.entries(entries)) check(c, c.addSessionConfigEntry(settings, name, value));
      check(c, c.addExternalInitializers(settings, names, weights.map(runtimeValue), weights.length));
      session = made(c, (into) => c.createSessionFromArray(env, bytes, bytes.byteLength, settings, into));
    } finally {
      c.releaseSessionOptions(settings);
    }
    const inputNames = inputs.map(({ name }) => name);
    const outputNames = outputs.map(({ name }) => name);
    let isReleased = false;
    const opened: Opened & { readonly weights: readonly Tensor[] } = {
      inputs,
      outputNames,
      weights, // held for as long as the runtime reads them
      async run(given, into) {
        await aTurnForOthers();
        if (isReleased) throw new Error("the session was released");
        const results = outputs.map(({ name, shape }) => into[name] ?? zeros(shape as readonly number[]));
        const [from, to] = [inputNames.map((name) => runtimeValue(given[name]!)), results.map(runtimeValue)];
        check(c, c.run(session, 0n, inputNames, from, from.length, outputNames, to.length, to));
        return Object.fromEntries(outputNames.map((name, i) => [name, results[i]!]));
      },
      async release() {
        if (isReleased) return;
        isReleased = true;
        sessionsLeft.unregister(opened);
        c.releaseSession(session);
      },
    };
    sessionsLeft.register(opened, session, opened);
    return opened;
  };
}

/**
 * Initializers that the runtime reads where they are, rather than from the file: weights, not tables of shapes; and only such as a node reads, since it
 * forgets others before it looks for their numbers.
 */
function weightsOf({ nodes, initializers }: OnnxModel): (OnnxTensor & Tensor)[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return initializers.filter(
    (tensor): tensor is OnnxTensor & Tensor =>
      tensor.data instanceof Float32Array && tensor.data.byteLength >= LARGE_BYTES && read.has(tensor.name),
  );
}

const LARGE_BYTES = 2 ** 12;

/** Levels of the runtime's C interface. */
const OPTIMIZATION_LEVELS = { disabled: 0, basic: 1, extended: 2, all: 99 } as const;

/** Kinds of allocators and of memory in the C interface. */
const [ARENA_ALLOCATOR, DEFAULT_MEMORY] = [1, 0];

/**
 * Has all sessions take their arrays from one arena: generators and discriminators, which train in turns, then need the memory of one of them.
 *
 * Its first region is large, so that freed places meet; the system gives memory only for what is written to. By default regions begin with 1 MB and double. A free
 * place is cut to measure, where by default arrays get up to twice their size.
 */
function shareArena(c: CInterface, env: Address, memory: Address): void {
  const settings = { initial_chunk_size_bytes: 2 ** 28, max_dead_bytes_per_chunk: 2 ** 16 };
  const [names, numbers] = [Object.keys(settings), BigUint64Array.from(Object.values(settings), BigInt)];
  const arena = made(c, (into) => c.createArenaCfgV2(names, numbers, names.length, into));
  check(c, c.createAndRegisterAllocator(env, memory, arena));
}

/** A run blocks this thread. Before it comes whatever else waits for a turn, such as a signal that somebody wants to stop. */
function aTurnForOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Address of something new, which the interface writes into the place that it is given. */
function made(c: CInterface, make: (into: [Address]) => unknown): Address {
  const into: [Address] = [0n];
  check(c, make(into));
  return into[0];
}

/** @throws Error with the runtime's words where a status tells of one */
function check(c: CInterface, status: unknown): void {
  if (!status) return;
  const message = c.getErrorMessage(status);
  c.releaseStatus(status);
  throw new Error((message as string).trim());
}
