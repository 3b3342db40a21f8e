import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examineDevice } from "../../src/engine/devices/examine-device.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { invoke } from "./invoke.ts";

const base = mkdtempSync(join(tmpdir(), "fantascope-device-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const at = (name: string) => join(base, name);
const train = (out: string, ...more: string[]) =>
  invoke(["train", "--data", at("simulated"), "--steps", "10", "--out", at(out), ...more]);

beforeAll(async () => {
  writeFileSync(at("microscope.json"), JSON.stringify({ settings: fluorescenceNuclei({ height: 144, width: 160 }) }));
  await invoke(["simulate", "--calibration", at("microscope.json"), "--count", "2", "--out", at("simulated")]);
});

test.each(["fit", "generate", "train", "predict", "run"])("%s refuses a device that nobody knows", async (command) => {
  const required = {
    fit: ["--real", "a", "--out", "b"],
    generate: ["--model", "a", "--out", "b"],
    train: ["--data", "a", "--out", "b.safetensors"],
    predict: ["images", "--model", "a", "--out", "b"],
    run: ["segment"],
  }[command]!;
  const { code, err } = await invoke([command, ...required, "--device", "gpu"]);
  expect(code).toBe(2);
  expect(err).toMatch(/'--device <name>' argument 'gpu' is invalid\. Allowed choices are cpu, webgpu, cuda, auto\./);
});

const cuda = await examineDevice("cuda", { threads: 1 });

describe.skipIf(cuda.works)("where there is no CUDA", () => {
  test("it is said on standard error that the processor computes, why, and the bits are the processor's", async () => {
    const [plain, asked] = [await train("plain.safetensors"), await train("asked.safetensors", "--device", "cuda")];
    expect([plain.code, asked.code]).toEqual([0, 0]);
    expect(plain.err).not.toMatch(/Computing on/);
    expect(asked.err).toMatch(/cuda does not work here: .+\. Computing on cpu\.\n/);
    expect(readFileSync(at("asked.safetensors")).equals(readFileSync(at("plain.safetensors")))).toBe(true);
  }, 300_000);
});
