import { createHash } from "node:crypto";
import { crc32, inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { examplePackage } from "../../fixtures/foreign/example-package.ts";
import { RecipeError, SessionError, ShapeError } from "../../src/core/errors.ts";
import { type BioimagePackageOptions, bioimagePackage } from "../../src/engine/package/bioimage-package.ts";
import { testPair } from "../../src/engine/package/test-pair.ts";
import { zip } from "../../src/engine/package/zip.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import { encodeNpy } from "../../src/onnx/npy.ts";
import { modelOf, x } from "./foreign.ts";

// The same package, written by fixtures/foreign/write-package.ts, was judged by bioimageio.core: check_bioimageio.py there.
const { model, options } = await examplePackage(Uint8Array.of(0x89, 0x50, 0x4e, 0x47));
const files = await bioimagePackage(model, options);
const text = (name: string) => new TextDecoder().decode(files.get(name));

test("a package has its description, weights, texts, pictures and test pair, each with its hash", () => {
  expect([...files.keys()]).toEqual([
    "rdf.yaml",
    "weights.onnx",
    "README.md",
    "cover.png",
    "test_input_raw.npy",
    "test_output_maps.npy",
  ]);
  const rdf = parse(text("rdf.yaml"));
  expect(rdf).toMatchObject({
    type: "model",
    format_version: "0.5.4",
    name: "Fantascope example",
    license: "MIT",
    covers: ["cover.png"],
    documentation: "README.md",
    weights: { onnx: { source: "weights.onnx", opset_version: 20 } },
  });
  expect(rdf.inputs[0].axes).toEqual([
    { type: "batch", size: 1 },
    { type: "channel", channel_names: ["grey"] },
    { type: "space", id: "y", unit: "micrometer", scale: 0.5, size: 64 },
    { type: "space", id: "x", unit: "micrometer", scale: 0.5, size: 48 },
  ]);
  expect(rdf.outputs[0].axes[1]).toEqual({ type: "channel", channel_names: ["foreground", "border"] });
  for (const { source, sha256 } of [rdf.weights.onnx, rdf.inputs[0].test_tensor, rdf.outputs[0].test_tensor])
    expect(sha256).toBe(createHash("sha256").update(files.get(source)!).digest("hex"));
  expect(text("README.md")).toContain("## Validation");
});

test("the test output is what the runtime gives for the test input", async () => {
  const { maps } = await testPair(model, { raw: options.inputs.raw!.test });
  expect(maps!.data).toBeAllclose(options.outputs.maps!.expected!.data, { relative: 1e-4 });
  expect(files.get("test_output_maps.npy")).toEqual(encodeNpy(maps!));
  expect(files.get("test_input_raw.npy")).toEqual(encodeNpy(options.inputs.raw!.test));
});

test("the same package again has the same bytes", async () => {
  expect(zip(await bioimagePackage(model, options))).toEqual(zip(files));
});

test("a zip holds every file", () => {
  const archive = Buffer.from(zip(new Map([...files, ["µ/empty.txt", new Uint8Array()]])));
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).toBe(0x06054b50);
  const found = new Map<string, Uint8Array>();
  let place = archive.readUInt32LE(end + 16);
  for (let i = 0; i < archive.readUInt16LE(end + 10); i++) {
    expect(archive.readUInt32LE(place)).toBe(0x02014b50);
    const [crc, stored, size, nameLength] = [16, 20, 24]
      .map((at) => archive.readUInt32LE(place + at))
      .concat(archive.readUInt16LE(place + 28));
    const name = archive.toString("utf8", place + 46, place + 46 + nameLength!);
    const local = archive.readUInt32LE(place + 42);
    expect(archive.readUInt32LE(local)).toBe(0x04034b50);
    expect(archive.subarray(local + 6, local + 28)).toEqual(archive.subarray(place + 8, place + 30));
    const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const body = archive.subarray(begin, begin + stored!);
    const bytes = archive.readUInt16LE(place + 10) === 8 ? inflateRawSync(body) : body;
    expect([bytes.length, crc32(bytes)]).toEqual([size, crc]);
    found.set(name, Uint8Array.from(bytes));
    place += 46 + nameLength!;
  }
  expect(place).toBe(end);
  expect([...found]).toEqual(
    [...files, ["µ/empty.txt", new Uint8Array()]].map(([name, bytes]) => [name, Uint8Array.from(bytes as Uint8Array)]),
  );
});

test("percentiles stand in the description, and the network is tested on what they leave", async () => {
  const seen = options.inputs.raw!.test;
  const test = { ...seen, data: seen.data.map((value) => 100 * value + 500) };
  const raw = { ...options.inputs.raw!, test, percentiles: { low: 2, high: 99.8, seen } };
  const packaged = await bioimagePackage(model, { ...options, inputs: { raw } });
  expect(parse(new TextDecoder().decode(packaged.get("rdf.yaml"))).inputs[0].preprocessing).toEqual([
    {
      id: "scale_range",
      kwargs: { axes: ["channel", "y", "x"], min_percentile: 2, max_percentile: 99.8, eps: 1e-6 },
    },
  ]);
  expect(new TextDecoder().decode(packaged.get("rdf.yaml"))).not.toMatch(/\de-\d/); // YAML 1.1 takes 1e-6 for a text
  expect(packaged.get("test_input_raw.npy")).toEqual(encodeNpy(test));
  expect(packaged.get("test_output_maps.npy")).toEqual(files.get("test_output_maps.npy"));
});

test("an output follows an input that is as long in the scale of both, and keeps a halo", async () => {
  const maps = options.outputs.maps!;
  const following = (scale: number, halo: number) => {
    const axes = maps.axes.map((axis) =>
      axis.type === "space" ? { ...axis, unit: "micrometer" as const, scale, follows: "raw", halo } : axis,
    );
    return bioimagePackage(model, { ...options, outputs: { maps: { ...maps, axes } } });
  };
  const rdf = parse(new TextDecoder().decode((await following(0.5, 8)).get("rdf.yaml")));
  expect(rdf.outputs[0].axes[2]).toEqual({
    ...{ type: "space", id: "y", unit: "micrometer", scale: 0.5, halo: 8 },
    size: { tensor_id: "raw", axis_id: "y", offset: 0 },
  });
  await expect(following(0.25, 8)).rejects.toThrow(/axis y: expected 128 pixels, .* got 64 pixels/);
  await expect(following(0.5, 32)).rejects.toThrow(/a halo that leaves some, got 64 pixels, 32 of them halo/);
});

test("a model that no longer gives what its network gave is not packaged", async () => {
  const expected = options.outputs.maps!.expected!;
  const other = { ...expected, data: expected.data.map((number) => number + 0.01) };
  const outputs = { maps: { ...options.outputs.maps!, expected: other } };
  await expect(bioimagePackage(model, { ...options, outputs })).rejects.toThrow(SessionError);
  await expect(bioimagePackage(model, { ...options, outputs })).rejects.toThrow(
    /test output "maps": .* before it was exported/,
  );
  const raw = { test: options.inputs.raw!.test };
  await expect(testPair(model, { raw: raw.test }, { masks: expected })).rejects.toThrow(/an output of the model/);
  await expect(testPair(model, { raw: raw.test }, { maps: { ...expected, shape: [2, 64, 48] } })).rejects.toThrow(
    ShapeError,
  );
});

test("a model that gives NaN or infinity is not packaged", async () => {
  const log = encodeModel(modelOf("Log", [x(2)]));
  const run = (...numbers: number[]) => testPair(log, { i0: { shape: [2], data: Float32Array.from(numbers) } });
  await expect(run(-1, 1)).rejects.toThrow(/NaN or infinity/);
  await expect(run(0, 1)).rejects.toThrow(/NaN or infinity/);
  expect((await run(1, Math.E)).y0!.data).toBeAllclose([0, 1]);
});

test.each<[string, Partial<BioimagePackageOptions>, typeof RecipeError | typeof ShapeError, RegExp]>([
  ["a name", { name: "" }, RecipeError, /name: expected 1 to 128 characters/],
  ["authors", { authors: [] }, RecipeError, /at least one author/],
  ["citations", { cite: [{ text: "unpublished" }] }, RecipeError, /DOI or address/],
  ["a picture", { covers: {} }, RecipeError, /at least one PNG/],
  ["documentation", { documentation: " " }, RecipeError, /Markdown/],
  ["a licence", { license: "" }, RecipeError, /SPDX/],
  ["a time", { timestamp: "yesterday" }, RecipeError, /ISO 8601/],
  ["an input", { inputs: {} }, RecipeError, /inputs: expected raw, got none/],
  ["an output", { outputs: {} }, RecipeError, /outputs: expected maps, got none/],
  [
    "an axis",
    { outputs: { maps: { axes: [{ type: "batch" }] } } },
    ShapeError,
    /an axis for each extent of \[1, 2, 64, 48\]/,
  ],
  [
    "a file name of its own",
    { covers: { "cover.png": new Uint8Array(), "README.md": new Uint8Array() } },
    RecipeError,
    /README\.md/,
  ],
])("a package without %s is refused", async (_, change, kind, message) => {
  const attempt = bioimagePackage(model, { ...options, ...change });
  await expect(attempt).rejects.toThrow(kind);
  await expect(attempt).rejects.toThrow(message);
});
