/** The two ways into the runtime: the same bits, and native sessions that fail with an error where carelessness would end the program. */

import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { tensor } from "../../src/core/tensor.ts";
import { loadCInterface } from "../../src/engine/runtime/c-interface.ts";
import { openSession, runtimeVersion, type SessionOptions, writesInPlace } from "../../src/engine/session.ts";
import { decodeModel } from "../../src/onnx/decode.ts";
import type { OnnxModel, OnnxNode } from "../../src/onnx/model.ts";

const native: SessionOptions = { exactShapes: true };

const node = (opType: string, inputs: readonly string[], outputs: readonly string[], attributes = {}): OnnxNode => ({
  opType,
  domain: "",
  name: "",
  inputs,
  outputs,
  attributes,
});

/** y = Σ over the kinds of numbers, each cast to float32; z = its square root. */
function mixedModel(shape: readonly number[]): OnnxModel {
  const kinds = ["float32", "int32", "int64", "uint8"] as const;
  const toFloat = { to: { type: "int", value: 1 } };
  return {
    irVersion: 10,
    opsets: { "": 20 },
    name: "mixed",
    nodes: [
      ...kinds.map((kind) => node("Cast", [kind], [`${kind}/float`], toFloat)),
      node("Sum", [...kinds.map((kind) => `${kind}/float`)], ["y"]),
      node("Sqrt", ["y"], ["z"]),
    ],
    initializers: [],
    inputs: kinds.map((kind) => ({ name: kind, dataType: kind, shape })),
    outputs: ["y", "z"].map((name) => ({ name, dataType: "float32", shape })),
    metadata: {},
  };
}

const mixed = {
  float32: tensor(Float32Array.of(0.1, 0.2, 0.3), [3, 1]),
  int32: tensor(Int32Array.of(1, 20, -1), [3, 1]),
  int64: tensor(BigInt64Array.of(5n, 7n, 9n), [3, 1]),
  uint8: tensor(Uint8Array.of(255, 0, 128), [3, 1]),
};

test("this platform is one where results are written in place", async () => {
  expect(await writesInPlace()).toBe(true);
});

test("both ways give the same bits, for every kind of numbers", async () => {
  const results = [];
  for (const options of [native, {}]) {
    const session = await openSession(mixedModel([3, 1]), options);
    expect([session.inputNames, session.outputNames]).toEqual([Object.keys(mixed), ["y", "z"]]);
    results.push(await session.run(mixed));
    await session.release();
  }
  expect(results[0]).toEqual(results[1]);
  expect(results[0]!.y!.data[0]).toBeCloseTo(261.1, 4);
  expect(results[0]!.z!.shape).toEqual([3, 1]);
});

describe("a native session", () => {
  test("writes into the arrays it is given, also into an input's", async () => {
    const session = await openSession(mixedModel([3, 1]), native);
    const [given, y] = [tensor(mixed.float32.data.slice(), [3, 1]), tensor(new Float32Array(3), [3, 1])];
    const results = await session.run({ ...mixed, float32: given }, { y, z: given });
    expect([results.y, results.z]).toEqual([y, given]);
    expect(results.z).toBe(given);
    expect(given.data).toEqual(y.data.map(Math.sqrt));
    await session.release();
  });

  test("gives new arrays at every run, and sees what was written into its inputs between", async () => {
    const session = await openSession(mixedModel([3, 1]), native);
    const first = await session.run(mixed);
    const changed = tensor(mixed.float32.data.slice(), [3, 1]);
    changed.data[0] = 100;
    const second = await session.run({ ...mixed, float32: changed });
    expect(first.y).not.toBe(second.y);
    expect(second.y!.data[0]).toBeCloseTo(361, 4);
    await session.release();
  });

  test("takes arrays without numbers, and those that lie amid others", async () => {
    const empty = await openSession(mixedModel([0]), native);
    const nothing = Object.fromEntries(
      Object.entries(mixed).map(([name, { data }]) => [name, tensor(data.slice(0, 0), [0])]),
    );
    expect((await empty.run(nothing)).y).toEqual(tensor(new Float32Array(0), [0]));
    await empty.release();
    const session = await openSession(mixedModel([3, 1]), native);
    const amid = tensor(Float32Array.of(9, 9, ...mixed.float32.data, 9).subarray(2, 5), [3, 1]);
    const [inside, alone] = [await session.run({ ...mixed, float32: amid }), await session.run(mixed)];
    expect(inside).toEqual(alone);
    await session.release();
  });

  test("once released says so, however often", async () => {
    const session = await openSession(mixedModel([3, 1]), native);
    await session.release();
    await session.release();
    await expect(session.run(mixed)).rejects.toThrow(/running a model: .*released/);
  });

  test("tells what the runtime refuses: a model, a shape that is not the one it states", async () => {
    const unknown = { ...mixedModel([3, 1]), nodes: [node("Divine", ["float32"], ["y", "z"])] };
    await expect(openSession(unknown, native)).rejects.toThrow(/opening a model: .*Divine/);
    const model = mixedModel([3, 1]);
    const outputs = model.outputs.map((output) => ({ ...output, shape: [1, 3] }));
    const start = openSession({ ...model, outputs }, native).then((session) => session.run(mixed));
    await expect(start).rejects.toThrow(/invalid dimensions for output: y/);
  });

  test("lets others have their turn before it runs", async () => {
    const session = await openSession(mixedModel([3, 1]), native);
    let isHeard = false;
    setImmediate(() => {
      isHeard = true;
    });
    await session.run(mixed);
    expect(isHeard).toBe(true);
    await session.release();
  });

  test("computes the bits that worker threads compute through the binding", async () => {
    const started = [0, 1].map(
      () =>
        new Promise<string>((resolve, reject) => {
          const file = new URL("../../src/engine/session.ts", import.meta.url).href;
          const worker = new Worker(
            `import { parentPort, workerData } from "node:worker_threads";
             const { openSession } = await import(workerData.file);
             const session = await openSession(workerData.model, { exactShapes: true });
             const { z } = await session.run(workerData.mixed);
             parentPort.postMessage([...z.data].join());`,
            { eval: true, workerData: { file, model: mixedModel([3, 1]), mixed } },
          );
          worker.once("message", resolve);
          worker.once("error", reject);
        }),
    );
    const session = await openSession(mixedModel([3, 1]), native);
    const { z } = await session.run(mixed);
    expect(await Promise.all(started)).toEqual([[...z!.data].join(), [...z!.data].join()]);
    await session.release();
  });
});

test("where koffi cannot be loaded the binding gives the same bits, and says that results are copied", async () => {
  const hooks = `import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name === "koffi") throw new Error("no koffi here");
      return next(name, context);
    } });`;
  const file = new URL("../../src/engine/session.ts", import.meta.url).href;
  const program = `const { openSession, writesInPlace } = await import(${JSON.stringify(file)});
    const model = JSON.parse(process.argv[1]);
    const session = await openSession(model, { exactShapes: true });
    const x = { data: Float32Array.of(0.1, 0.2, 0.3), shape: [3] };
    const { y } = await session.run({ x });
    console.log(JSON.stringify([await writesInPlace(), ...y.data]));`;
  const model: OnnxModel = {
    ...mixedModel([3]),
    nodes: [node("Exp", ["x"], ["y"])],
    inputs: [{ name: "x", dataType: "float32", shape: [3] }],
    outputs: [{ name: "y", dataType: "float32", shape: [3] }],
  };
  const run = (...before: string[]) =>
    execFileSync(process.execPath, [...before, "--input-type=module", "-e", program, JSON.stringify(model)], {
      encoding: "utf8",
    });
  const [isInPlace, ...native] = JSON.parse(run());
  const [isInPlaceThere, ...bound] = JSON.parse(run("--import", `data:text/javascript,${encodeURIComponent(hooks)}`));
  expect([isInPlace, isInPlaceThere]).toEqual([true, false]);
  expect(bound).toEqual(native);
  expect(native[0]).toBeCloseTo(Math.exp(0.1), 6);
});

test("weights that are read where they are change nothing, and those that nobody reads do no harm", async () => {
  const weights = (name: string) =>
    ({ name, dataType: "float32", shape: [64, 32], data: new Float32Array(2048) }) as const;
  const [w, unread] = [weights("w"), weights("unread")];
  w.data.forEach((_, i) => {
    w.data[i] = Math.sin(i);
  });
  const model: OnnxModel = {
    ...mixedModel([3, 64]),
    nodes: [node("MatMul", ["x", "w"], ["y"])],
    initializers: [w, unread],
    inputs: [{ name: "x", dataType: "float32", shape: [3, 64] }],
    outputs: [{ name: "y", dataType: "float32", shape: [3, 32] }],
  };
  const x = tensor(
    Float32Array.from({ length: 192 }, (_, i) => Math.cos(i)),
    [3, 64],
  );
  const results = [];
  for (const options of [native, {}]) {
    const session = await openSession(model, options);
    results.push((await session.run({ x })).y);
    await session.release();
  }
  expect(results[0]).toEqual(results[1]);
  expect(results[0]!.data.some((number) => Math.abs(number) > 1)).toBe(true);
});

test("weights that are read where they are live as long as their session, whoever else forgets them", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const size = 2 ** 18;
  const open = () =>
    openSession(
      {
        ...mixedModel([size]),
        nodes: [node("Add", ["x", "w"], ["y"])],
        initializers: [{ name: "w", dataType: "float32", shape: [size], data: new Float32Array(size).fill(7) }],
        inputs: [{ name: "x", dataType: "float32", shape: [size] }],
        outputs: [{ name: "y", dataType: "float32", shape: [size] }],
      },
      { ...native, optimization: "disabled" },
    );
  const session = await open();
  const x = tensor(new Float32Array(size), [size]);
  const others: Float32Array[] = [];
  for (let i = 0; i < 8; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
    others.push(new Float32Array(size).fill(-1)); // likely where the weights were
  }
  const { y } = await session.run({ x });
  expect(y!.data.every((number) => number === 7)).toBe(true);
  expect(others).toHaveLength(8);
  await session.release();
});

test("the C interface of another version is not touched: places in its table were looked up for this one", () => {
  expect(() => loadCInterface("1.2.3")).toThrow(`the library is onnxruntime ${runtimeVersion}, expected 1.2.3`);
});

test("nodes of constants alone are computed once, or at every run, as asked; equal nodes once or each by itself", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fantascope-runtime-"));
  const model: OnnxModel = {
    ...mixedModel([3]),
    nodes: [
      node("Sqrt", ["c"], ["root"]),
      node("Add", ["float32", "root"], ["once"]),
      node("Add", ["float32", "root"], ["again"]),
      node("Mul", ["once", "again"], ["y"]),
    ],
    inputs: [{ name: "float32", dataType: "float32", shape: [3] }],
    outputs: [{ name: "y", dataType: "float32", shape: [3] }],
    initializers: [{ name: "c", dataType: "float32", shape: [3], data: Float32Array.of(1, 4, 9) }],
  };
  const counts = [];
  for (const options of [{}, { constantsStay: true }, { constantsStay: true, equalNodesStay: true }]) {
    const rewrittenModelFile = join(folder, `${counts.length}.onnx`);
    const session = await openSession(model, { optimization: "basic", rewrittenModelFile, ...options });
    await session.release();
    const { nodes } = decodeModel(await readFile(rewrittenModelFile), { where: "rewritten" });
    counts.push(["Sqrt", "Add"].map((type) => nodes.filter(({ opType }) => opType === type).length));
  }
  await rm(folder, { recursive: true });
  expect(counts).toEqual([
    [0, 1],
    [1, 1],
    [1, 2],
  ]);
});
