import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { random } from "../../src/core/random.ts";
import { tensor } from "../../src/core/tensor.ts";
import { readImage } from "../../src/data/formats/index.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { openSession } from "../../src/engine/session.ts";
import { initialState } from "../../src/engine/step.ts";
import { medianOf } from "../../src/image/median-of.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { exportableModel } from "../../src/recipes/exportable-model.ts";
import { runFolder } from "../../src/recipes/run-folder.ts";
import { packageCitations, SEGMENTERS, segmenterPackage } from "../../src/recipes/segment/export-package.ts";
import { exportSegmenter } from "../../src/tasks/segment/export.ts";
import { saveModel } from "../../src/tasks/segment/model-file.ts";
import { segmenterLogits } from "../../src/tasks/segment/network.ts";
import { fakeRecord } from "../report/fake-record.ts";

const base = mkdtempSync(join(tmpdir(), "fantascope-package-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const folder = runFolder(base);

/** An untrained network is as good as any to be packaged. */
const graph = createGraph();
segmenterLogits(graph.input("image", [1, 1, 32, 32]), "inference");
const state = initialState([graph], random(3));

beforeAll(() => {
  mkdirSync(folder.file("models"));
  for (const [arm, seed] of [
    ["combined", 10],
    ["combined", 9],
    ["real-5+synthetic", 9],
    ["gone", 2],
  ])
    saveModel(folder.file("models", `segmenter-${arm}-${seed}.safetensors`), {
      state,
      curves: {},
      steps: 1,
      seconds: 1,
    });
  writeFileSync(folder.file("models", "cyclegan-dct-9.safetensors"), "");
});

describe("the model that is meant", () => {
  test("the recommended arm and its first seed, by number and not by name", async () => {
    const { arm, seed, weights } = await exportableModel(fakeRecord, folder, SEGMENTERS);
    expect([arm.name, arm.title, seed]).toEqual(["combined", "Simulation + generated", 9]);
    expect(weights).toBe(folder.file("models", "segmenter-combined-9.safetensors"));
    expect((await exportableModel(fakeRecord, folder, SEGMENTERS, { choice: { seed: 10 } })).seed).toBe(10);
    expect(
      (await exportableModel(fakeRecord, folder, SEGMENTERS, { choice: { arm: "real-5+synthetic" } })).arm.role,
    ).toBe("combined");
  });

  test("of a run that was not scored, what the plan says of its arm", async () => {
    const unscored = { ...fakeRecord, arms: [] };
    expect((await exportableModel(unscored, folder, SEGMENTERS)).arm.training).toBe("combined");
    const planned = [{ name: "combined", title: "Both", training: "pairs of both kinds", role: "combined" }] as const;
    expect((await exportableModel(unscored, folder, SEGMENTERS, { planned })).arm.training).toBe("pairs of both kinds");
  });

  test.each([
    [
      { arm: "classical" },
      /--arm: expected an arm with a trained model \(combined, real-5\+synthetic, gone\), got "classical", which has none/,
    ],
    [{ arm: "best" }, /got "best", which is no arm of this run\. Name one of these with --arm/],
    [{ seed: 0 }, /--seed: expected a seed that arm "combined" was trained with \(9, 10\), got 0/],
  ])("%j is refused, and what there is is named", async (choice, words) => {
    await expect(exportableModel(fakeRecord, folder, SEGMENTERS, { choice })).rejects.toThrow(words);
  });

  test("a recommendation without a model is never replaced by another arm", async () => {
    const record = { ...fakeRecord, verdict: { ...fakeRecord.verdict, recommended: "classical" } };
    await expect(exportableModel(record, folder, SEGMENTERS)).rejects.toThrow(
      /^recommended arm: .* got "classical", which has none/,
    );
  });

  test("a run whose models are gone", async () => {
    await expect(exportableModel(fakeRecord, runFolder(join(base, "empty")), SEGMENTERS)).rejects.toThrow(
      /models: expected trained segmenters, .* got none\. Were they moved or deleted\?/,
    );
  });
});

describe("the package", () => {
  const texts = {
    name: "Test model",
    description: "A test.",
    documentation: "# Test\n",
    authors: [{ name: "Ada Lovelace" }],
    license: "MIT",
    cite: [{ text: "A paper", url: "https://example.org" }],
    timestamp: "2026-01-02T03:04:05.000Z",
  };
  const calibration = { settings: fluorescenceNuclei() };
  let files: ReadonlyMap<string, Uint8Array>;
  beforeAll(async () => {
    files = await segmenterPackage(await exportableModel(fakeRecord, folder, SEGMENTERS), calibration, texts);
  }, 60_000);

  /** Numbers of a NumPy file of float32. */
  const numbers = (name: string) => {
    const bytes = Buffer.from(files.get(name)!);
    const data = bytes.subarray(10 + bytes.readUInt16LE(8));
    return Float32Array.from({ length: data.length / 4 }, (_, i) => data.readFloatLE(4 * i));
  };

  test("has the files and texts that the zoo asks for, and the weights that the run exports", () => {
    expect([...files.keys()].sort()).toEqual(
      ["README.md", "cover.png", "rdf.yaml", "test_input_image.npy", "test_output_maps.npy", "weights.onnx"].sort(),
    );
    const { inputs, outputs, ...rdf } = parse(new TextDecoder().decode(files.get("rdf.yaml")));
    expect(rdf).toMatchObject({ name: "Test model", authors: texts.authors, license: "MIT", cite: texts.cite });
    const extents = (axes: { size?: number; channel_names?: string[] }[]) =>
      axes.map(({ size, channel_names }) => channel_names ?? size);
    expect(extents(inputs[0].axes)).toEqual([1, ["nuclei"], 256, 256]);
    expect(extents(outputs[0].axes)).toEqual([1, ["foreground", "border", "distance"], 256, 256]);
    for (const { description } of [...inputs, ...outputs]) expect(description.length).toBeLessThanOrEqual(128);
    expect(files.get("weights.onnx")).toEqual(exportSegmenter(state, { arm: "combined", seed: 9 }));
  });

  test("the test input is a scene in canonical form on the network's scale", () => {
    const input = numbers("test_input_image.npy");
    expect(input.length).toBe(256 * 256);
    expect(Math.abs(medianOf(input) - (2 * 0.1 - 1))).toBeLessThan(0.1);
    const bright = input.filter((value) => value > 2 * 0.3 - 1);
    expect(Math.abs(medianOf(bright) - (2 * 0.55 - 1))).toBeLessThan(0.3);
    expect(bright.length / input.length).toBeGreaterThan(0.02);
    expect(input.every((value) => value >= -1 && value <= 1)).toBe(true);
  });

  test("the packaged file gives the test output for the test input", async () => {
    const session = await openSession(files.get("weights.onnx")!);
    const { maps } = await session.run({ image: tensor(numbers("test_input_image.npy"), [1, 1, 256, 256]) });
    await session.release();
    expect(maps!.shape).toEqual([1, 3, 256, 256]);
    expect(maps!.data).toBeAllclose(numbers("test_output_maps.npy"), { relative: 1e-4 });
  });

  test("the cover is 2:1, and its left half is the test input", async () => {
    const file = join(base, "cover.png");
    writeFileSync(file, files.get("cover.png")!);
    const { width, height, channels, data } = await readImage(file);
    expect([width, height, channels]).toEqual([512, 256, 3]);
    const input = numbers("test_input_image.npy");
    const brightest = input.indexOf(Math.max(...input));
    const [y, x] = [Math.floor(brightest / 256), brightest % 256];
    expect(data[y * 512 + x]).toBe(255);
    expect(files.get("cover.png")!.length).toBeLessThan(500_000);
  });

  test("another seed shows another scene; weights of another network are refused", async () => {
    const other = await segmenterPackage(
      await exportableModel(fakeRecord, folder, SEGMENTERS, { choice: { seed: 10 } }),
      calibration,
      texts,
    );
    expect(other.get("test_input_image.npy")).not.toEqual(files.get("test_input_image.npy"));
    const weights = folder.file("models", "foreign.safetensors");
    const [[name, value]] = [...state] as [[string, typeof state extends Map<string, infer V> ? V : never]];
    saveModel(weights, { state: new Map([[name, value]]), curves: {}, steps: 1, seconds: 1 });
    const model = { ...(await exportableModel(fakeRecord, folder, SEGMENTERS)), weights };
    await expect(segmenterPackage(model, calibration, texts)).rejects.toThrow(/expected numbers for/);
  }, 60_000);
});

test("what a package cites: the network always, the generator where the images came from it", () => {
  const methods = [
    { name: "U-Net segmenter", reference: "Ronneberger" },
    { name: "CycleGAN", reference: "Zhu" },
    { name: "Least-squares adversarial loss", reference: "Mao" },
  ];
  const cited = (role: "simulated" | "generated" | "combined" | "real") =>
    packageCitations({ methods }, { name: "x", title: "x", training: "x", role }).map(({ text }) => text);
  expect(cited("simulated")).toEqual(["U-Net segmenter: Ronneberger"]);
  expect(cited("real")).toEqual(["U-Net segmenter: Ronneberger"]);
  for (const role of ["generated", "combined"] as const)
    expect(cited(role)).toEqual(["U-Net segmenter: Ronneberger", "CycleGAN: Zhu"]);
});
