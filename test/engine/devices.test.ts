import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CancelledError, SessionError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { chooseDevice } from "../../src/engine/devices/choose-device.ts";
import { type DeviceFinding, examineDevice } from "../../src/engine/devices/examine-device.ts";
import { type DeviceName, devices } from "../../src/engine/devices.ts";
import { fromDevice } from "../../src/engine/from-device.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { mul } from "../../src/engine/ops/index.ts";
import { deviceOf } from "../../src/engine/session.ts";
import { bringHome, compileFunction, compileStep, initialState, type State } from "../../src/engine/step.ts";
import { scalar } from "./fixture.ts";
import { tinyGraph, tinyTraining } from "./tiny-training.ts";
import { missingWebgpu } from "./webgpu.ts";

const missing = await missingWebgpu("training on WebGPU");

/** An examination with known results; what is not named is not there. */
function examining(known: Readonly<Record<string, { stepMs: number }>>) {
  return async (device: DeviceName): Promise<DeviceFinding> =>
    known[device]
      ? { device, works: true, apart: 1e-7, cpuStepMs: 10, ...known[device] }
      : { device, works: false, because: "the onnxruntime installed here has no provider for it" };
}

describe("choosing", () => {
  test("the processor is taken at its word", async () => {
    const examine = () => Promise.reject(new Error("nobody should be asked"));
    expect(await chooseDevice("cpu", { examine })).toEqual({ asked: "cpu", used: "cpu" });
  });

  test("a device that works is used, however slow: somebody asked for it", async () => {
    const chosen = await chooseDevice("webgpu", { examine: examining({ webgpu: { stepMs: 5000 } }) });
    expect(chosen).toMatchObject({ asked: "webgpu", used: "webgpu" });
    expect(chosen.because).toBe(
      "Computing on webgpu, where a trial step takes 500 times as long as on cpu; software adapters do.",
    );
    const fast = await chooseDevice("webgpu", { examine: examining({ webgpu: { stepMs: 5 } }) });
    expect(fast).toEqual({ asked: "webgpu", used: "webgpu" });
  });

  test("a device that is not there is replaced by the processor, and that is said", async () => {
    expect(await chooseDevice("cuda", { examine: examining({}) })).toEqual({
      asked: "cuda",
      used: "cpu",
      because: "cuda does not work here: the onnxruntime installed here has no provider for it. Computing on cpu.",
    });
  });

  test("auto is the fastest of what works", async () => {
    const examine = examining({ webgpu: { stepMs: 3 }, cuda: { stepMs: 2 } });
    expect(await chooseDevice("auto", { examine })).toEqual({ asked: "auto", used: "cuda" });
  });

  test("auto leaves a processor that plays a graphics processor alone", async () => {
    const chosen = await chooseDevice("auto", { examine: examining({ webgpu: { stepMs: 500 } }) });
    expect(chosen).toMatchObject({ asked: "auto", used: "cpu" });
    expect(chosen.because).toContain("webgpu, where a trial step takes 50 times as long as on cpu");
    expect(chosen.because).toContain("cuda: the onnxruntime installed here has no provider for it");
  });
});

describe("examining", () => {
  test("every device answers in words, and none ends this process", async () => {
    for (const device of Object.keys(devices) as DeviceName[]) {
      const finding = await examineDevice(device);
      if (finding.works) expect(finding.apart).toBeLessThan(1e-3);
      else expect(finding.because).toMatch(/^(no graphics adapter|the onnxruntime installed here|its driver|a trial)/);
    }
  });

  test("what takes too long is not there", async () => {
    expect(await examineDevice("cpu", { threads: 2, timeoutMs: 1 })).toEqual({
      device: "cpu",
      works: false,
      because: "a trial training gave no answer within 0 s",
    });
  });
});

test("a step on a device that is not there is an error that names the way out", async () => {
  const finding = await examineDevice("cuda");
  if (finding.works) return;
  const refused = await compileStep(tinyGraph(), { device: "cuda" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(SessionError);
  expect((refused as Error).message).toMatch(/on cuda: expected onnxruntime to succeed.*--device cpu/s);
});

describe.skipIf(missing !== undefined)("training on WebGPU", () => {
  const image = { data: Float32Array.from({ length: 288 }, (_, i) => Math.sin(i)), shape: [2, 1, 12, 12] };

  test("losses and weights are those of the processor", async () => {
    const [there, here] = [await tinyTraining({ device: "webgpu", steps: 20 }), await tinyTraining({ steps: 20 })];
    expect(there.curves.loss!).toBeAllclose(here.curves.loss!, { relative: 1e-4, absolute: 0 });
    for (const [name, { data }] of here.state) {
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
      expect(there.state.get(name)!.data, name).toBeAllclose(data, { relative: 1e-3, absolute: 1e-3 * largest });
    }
  });

  test("a stopped training continues to the same bits", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fantascope-devices-"));
    try {
      const whole = await tinyTraining({ device: "webgpu", steps: 20 });
      const options = { device: "webgpu", steps: 20, checkpointFile: join(folder, "t.safetensors") } as const;
      const stop = new AbortController();
      const before = (index: number) => void (index === 12 && stop.abort());
      await expect(tinyTraining({ ...options, signal: stop.signal, before })).rejects.toThrow(CancelledError);
      expect(numbersOf((await tinyTraining(options)).state)).toEqual(numbersOf(whole.state));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("between steps the state stays on the device, and says so to who reads it", async () => {
    const step = await compileStep(tinyGraph(), { device: "webgpu" });
    const state = initialState([step.graph], random(0));
    const before = state.get("w1")!;
    await step.run(state, { x: image, rateScale: scalar(1) });
    const kept = state.get("w1")!;
    expect([deviceOf(before), deviceOf(kept), kept.shape]).toEqual([undefined, "webgpu", [4, 1, 3, 3]]);
    expect(() => kept.data).toThrow(/expected numbers in JavaScript's memory.*bringHome/);

    const copies = await fromDevice(state);
    expect(deviceOf(state.get("w1")!)).toBe("webgpu");
    await step.run(state, { x: image, rateScale: scalar(1) });
    expect(copies.get("w1")!.data).not.toEqual((await fromDevice(state)).get("w1")!.data);

    await step.release();
    await bringHome(state); // also after the session is gone
    expect([...state.values()].some((tensor) => deviceOf(tensor))).toBe(false);
    expect(state.get("w1")!.data.every(Number.isFinite)).toBe(true);
  });

  test("numbers of a device are refused elsewhere", async () => {
    const step = await compileStep(tinyGraph(), { device: "webgpu" });
    const here = await compileStep(tinyGraph(), { device: "cpu" });
    const state = initialState([step.graph], random(0));
    await step.run(state, { x: image, rateScale: scalar(1) });
    await expect(here.run(state, { x: image, rateScale: scalar(1) })).rejects.toThrow(/a tensor that webgpu keeps/);
    await step.release();
    await here.release();
  });

  test("a function of weights that a device keeps", async () => {
    const step = await compileStep(tinyGraph(), { device: "webgpu" });
    const state = initialState([step.graph], random(0));
    await step.run(state, { x: image, rateScale: scalar(1) });
    const graph = createGraph();
    const y = mul(
      graph.parameter("w1", [4, 1, 3, 3], () => new Float32Array(36)),
      2,
    );
    const doubled = await compileFunction(graph, { y }, { state, device: "webgpu" });
    const { y: result } = await doubled.run({});
    await step.release();
    await doubled.release();
    await bringHome(state);
    expect(result!.data).toEqual(state.get("w1")!.data.map((value) => 2 * value));
  });
});

function numbersOf(state: State): Record<string, number[]> {
  return Object.fromEntries([...state].map(([name, { data }]) => [name, [...data]]));
}
