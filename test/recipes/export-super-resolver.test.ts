import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { random } from "../../src/core/random.ts";
import { tensor } from "../../src/core/tensor.ts";
import { readImage } from "../../src/data/formats/index.ts";
import { UNIT_PERCENTILES } from "../../src/data/unit-plane.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { openSession } from "../../src/engine/session.ts";
import { initialState } from "../../src/engine/step.ts";
import type { ModelPackage } from "../../src/recipes/model-package.ts";
import { runFolder } from "../../src/recipes/run-folder.ts";
import { superResolveArms } from "../../src/recipes/super-resolve/arms.ts";
import { superResolveKind } from "../../src/recipes/super-resolve/kind.ts";
import { SuperResolveRecipe } from "../../src/recipes/super-resolve/recipe.ts";
import { saveSuperResolver } from "../../src/tasks/super-resolve/model-file.ts";
import { type Scale, type SuperResolverNetwork, superResolverOutput } from "../../src/tasks/super-resolve/network.ts";
import { openSuperResolver, type TrainedNetwork } from "../../src/tasks/super-resolve/predict.ts";
import { fakeSuperResolveRecord } from "../report/fake-super-resolve-record.ts";

// Packages of runs were judged by bioimageio.core: fixtures/foreign/check_bioimageio.py.
const base = mkdtempSync(join(tmpdir(), "fantascope-package-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const gated: SuperResolverNetwork = { kind: "gated", channels: [4, 8], blocks: [1, 1] };
const care: SuperResolverNetwork = { kind: "care", depth: 1, baseChannels: 4, kernel: 3 };

const texts = {
  name: "Test model",
  description: "A test.",
  documentation: "# Test\n",
  authors: [{ name: "Ada Lovelace" }],
  license: "MIT",
  cite: [{ text: "A paper", url: "https://example.org" }],
  timestamp: "2026-01-02T03:04:05.000Z",
};

/** An untrained network whose weights are no zeros anywhere, so that its result is not simply its input. */
function untrained(network: SuperResolverNetwork, scale: Scale): TrainedNetwork {
  const config = { network, scale };
  const graph = createGraph();
  superResolverOutput(graph.input("image", [1, 1, 8, 8]), config);
  const chance = random(5);
  const state = new Map(
    [...initialState([graph], random(3))].map(([name, value]) => [
      name,
      { ...value, data: value.data.map((number) => number || 0.03 * chance.normal()) },
    ]),
  );
  return { config, state };
}

interface Made {
  readonly network: TrainedNetwork;
  readonly ready: ModelPackage;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A package of a run folder as a finished run leaves it. */
async function made(name: string, network: TrainedNetwork, inputs: object = {}): Promise<Made> {
  const folder = runFolder(join(base, name));
  mkdirSync(folder.file("models"), { recursive: true });
  const { config, state } = network;
  for (const arm of ["combined", "generated"])
    saveSuperResolver(folder.file("models", `super-resolver-${arm}-1.safetensors`), {
      ...{ config, state, curves: {}, steps: 1, keptStep: 1, seconds: 1 },
    } as Parameters<typeof saveSuperResolver>[1]);
  const { scale } = config;
  const recipe = SuperResolveRecipe.parse({ recipe: "super-resolve", scale, filaments: { perPatch: 2 } });
  await folder.writeJson(
    {
      recipe,
      plan: { arms: superResolveArms({ learned: 9, paired: 9, arePaired: true }) },
      degradation: {
        kind: "physical",
        settings: { blur: { sigmaPx: 1.5 }, downsample: scale, peakPhotons: 60, readNoiseE: 2, clip: false },
        each: [],
      },
      ...inputs,
    },
    "inputs.json",
  );
  const ready = await superResolveKind.exportPackage(folder, fakeSuperResolveRecord, {});
  return { network, ready, files: await ready.files(texts) };
}

/** Numbers of a NumPy file of float32. */
function numbers(bytes: Uint8Array): Float32Array {
  const buffer = Buffer.from(bytes);
  const data = buffer.subarray(10 + buffer.readUInt16LE(8));
  return Float32Array.from({ length: data.length / 4 }, (_, i) => data.readFloatLE(4 * i));
}

/** Percentile with linear interpolation, by sorting. */
function sortedPercentile(values: Float32Array, percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (percent / 100) * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low]! + (place - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}

const runs: readonly [string, SuperResolverNetwork, Scale, number | undefined][] = [
  ["gated x1", gated, 1, undefined],
  ["care x2, pixel size known", care, 2, 0.065],
  ["gated x4", gated, 4, undefined],
];
const packages = new Map<string, Made>();
beforeAll(async () => {
  for (const [name, network, scale, pixelSizeUm] of runs)
    packages.set(name, await made(name, untrained(network, scale), pixelSizeUm === undefined ? {} : { pixelSizeUm }));
}, 120_000);

describe.each(runs)("%s", (name, _network, scale, pixelSizeUm) => {
  const get = () => packages.get(name)!;
  const rdfOf = ({ files }: Made) => parse(new TextDecoder().decode(files.get("rdf.yaml")));

  test("says truly how large input and output are, and how tiles are cut", () => {
    const { inputs, outputs } = rdfOf(get());
    const [x, result] = [inputs[0].axes[3], outputs[0].axes[3]];
    expect(x.size).toBe(256);
    expect(result.size).toEqual({ tensor_id: "image", axis_id: "x", offset: 0 });
    // The zoo's rule: size = reference size · reference scale / own scale + offset, cut to a whole number.
    expect(Math.trunc((x.size * x.scale) / result.scale)).toBe(256 * scale);
    expect(numbers(get().files.get("test_output_result.npy")!).length).toBe((256 * scale) ** 2);
    expect([x.unit, x.scale]).toEqual(pixelSizeUm ? ["micrometer", pixelSizeUm * scale] : [undefined, 1]);
    expect(result.unit).toBe(x.unit);
    expect(result.scale * scale).toBe(x.scale);
    expect(result.halo).toBe(32 * scale);
    for (const { description } of [...inputs, ...outputs]) expect(description.length).toBeLessThanOrEqual(128);
  });

  test("percentiles as the zoo applies them, then the packaged file, give the test output", async () => {
    const { files } = get();
    const grey = numbers(files.get("test_input_image.npy")!);
    const [{ id, kwargs }] = rdfOf(get()).inputs[0].preprocessing;
    expect(id).toBe("scale_range");
    expect(kwargs.axes).toEqual(["channel", "y", "x"]);
    const [low, high] = [kwargs.min_percentile, kwargs.max_percentile].map((p) => sortedPercentile(grey, p));
    const seen = grey.map((value) => (value - low!) / (high! - low! + kwargs.eps));
    const session = await openSession(files.get("weights.onnx")!);
    const { result } = await session.run({ image: tensor(seen, [1, 1, 256, 256]) });
    await session.release();
    expect(result!.data).toBeAllclose(numbers(files.get("test_output_result.npy")!), { absolute: 1e-5 });
  });

  test("predict gives the same, in the grey levels of the image, as the card says", async () => {
    const { files, network, ready } = get();
    const grey = numbers(files.get("test_input_image.npy")!);
    const resolver = await openSuperResolver([network]);
    const { data } = await resolver.resolve({ data: grey, height: 256, width: 256 }, { percentiles: UNIT_PERCENTILES });
    await resolver.release();
    const [b, w] = [sortedPercentile(grey, 1), sortedPercentile(grey, 99.9)];
    const back = numbers(files.get("test_output_result.npy")!).map((value) => value * (w - b) + b);
    expect(back).toBeAllclose(data, { absolute: 0.05 });
    expect(ready.card.input).toMatch(/`b` be the percentile 1 and `w` the percentile 99\.9/);
    expect(ready.card.output).toContain("`value * (w - b) + b`");
    expect(ready.card.output).toContain(`[1, 1, ${256 * scale}, ${256 * scale}]`);
  });

  test("the test input looks like counts of a camera, and the cover like 2:1", async () => {
    const { files } = get();
    const grey = numbers(files.get("test_input_image.npy")!);
    expect(grey.every((value) => Number.isInteger(value) && value >= 0 && value < 65536)).toBe(true);
    expect(new Set(grey).size).toBeGreaterThan(50);
    const file = join(base, "cover.png");
    writeFileSync(file, files.get("cover.png")!);
    const { width, height } = await readImage(file);
    expect([width, height]).toEqual([512, 256]);
    expect(files.get("cover.png")!.length).toBeLessThan(500_000);
  });
});

test("the name and the text tell the scale, the card the sides that the network takes", () => {
  const [x1, x2, x4] = runs.map(([name]) => packages.get(name)!.ready);
  expect(x1!.name).toBe("Fantascope super-resolver (combined seed 1)");
  expect(x2!.name).toBe("Fantascope super-resolver x2 (combined seed 1)");
  expect(x1!.description).toMatch(/on the same grid\. Trained on half generated images/);
  expect(x4!.description).toMatch(/onto a grid 4 times as fine/);
  expect(x1!.card.input).toMatch(/multiples of 4 px/);
  expect(x2!.card.input).toMatch(/multiples of 1 px/);
  expect(x4!.card.input).toMatch(/multiples of 2 px/);
});

test("the card tells what was recorded and what computed, and what the run found out about invented structure", async () => {
  const { card } = packages.get("gated x1")!.ready;
  expect(card.training).toEqual([
    "Poor images that were not recorded were computed from sharp ones: blur 1.50 px, 60 photons at white, read noise 2.0 electrons.",
  ]);
  expect(card.limits.join("\n")).toContain(
    fakeSuperResolveRecord.probes.find(({ arm }) => arm === "combined")!.sentence,
  );
  expect(card.limits.join("\n")).toContain(fakeSuperResolveRecord.novelty[1]!.sentence);
  const folder = runFolder(join(base, "gated x1"));
  const other = await superResolveKind.exportPackage(folder, fakeSuperResolveRecord, { arm: "generated" });
  expect(other.card.training[0]).toMatch(/^The poor images were not recorded but computed/);
  expect(other.card.uses.real).toMatch(/^the generator learned from/);
});

test("the same package again has the same bytes", async () => {
  const { files, ready } = packages.get("gated x1")!;
  expect(await ready.files(texts)).toEqual(files);
}, 60_000);

test("a network that runs away on an ordinary image is not packaged", async () => {
  const { config, state } = untrained(gated, 1);
  const wild = new Map([...state].map(([name, value]) => [name, { ...value, data: value.data.map((x) => 30 * x) }]));
  await expect(made("wild", { config, state: wild })).rejects.toThrow(/at most 3 times the largest of the test input/);
});

test("a run whose inputs are of another version, and a recommended method without a model", async () => {
  const folder = runFolder(join(base, "gated x1"));
  const record = { ...fakeSuperResolveRecord, verdict: { ...fakeSuperResolveRecord.verdict, recommended: "wiener" } };
  await expect(superResolveKind.exportPackage(folder, record, {})).rejects.toThrow(
    /recommended arm: .* \(generated, combined\), got "wiener", which has none/,
  );
  const odd = made("odd", untrained(gated, 1), { recipe: { recipe: "super-resolve", scale: 3 } });
  await expect(odd).rejects.toThrow(/inputs\.json: expected a recipe super-resolve, got scale: /);
});
