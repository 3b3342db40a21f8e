import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { program } from "../../src/cli/command-line.ts";
import { fitDiffusionGenerator } from "../../src/cli/stages/fit-diffusion-generator.ts";
import { restoreFolder } from "../../src/cli/stages/restore-folder.ts";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { readImage, readProvenance, writePng, writeTiff } from "../../src/data/formats/index.ts";
import { channelPlane, type Image } from "../../src/data/image.ts";
import { unitPlane } from "../../src/data/unit-plane.ts";
import { saveCheckpoint } from "../../src/engine/checkpoint.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { initialState } from "../../src/engine/step.ts";
import { loadDiffusion, samplers } from "../../src/generators/diffusion/index.ts";
import { chosenVerdict } from "../../src/generators/diffusion/validation.ts";
import {
  loadSuperResolver,
  openSuperResolver,
  saveSuperResolver,
  superResolverOutput,
} from "../../src/tasks/super-resolve/index.ts";
import { invoke, listeningTerminal, type Outcome } from "./invoke.ts";
import { stirred, writeUntrainedDiffusion } from "./untrained-diffusion.ts";

/** The single steps of the second system with networks that have learned nothing: everything happens, nothing is good. */

const base = mkdtempSync(join(tmpdir(), "fantascope-super-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const at = (...parts: string[]) => join(base, ...parts);
const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

async function done(...args: string[]): Promise<Outcome> {
  const outcome = await invoke(args);
  // A slow machine has time to show its progress; nothing else may be told.
  expect(outcome.err.replaceAll(/^ *\d+ % .*$/gm, "").trim(), args.join(" ")).toBe("");
  expect(outcome.code, args.join(" ")).toBe(0);
  return outcome;
}

async function refused(args: readonly string[], words: RegExp): Promise<void> {
  const { code, err } = await invoke(args);
  expect([code, err], args.join(" ")).toEqual([2, expect.stringMatching(words)]);
}

/** Smooth waves in grey levels, another field for each seed. */
function waves(seed: number, height: number, width: number): Image {
  const stream = random(seed).fork("waves");
  const [a, b, c] = [stream.between(4, 9), stream.between(5, 11), stream.between(0, 6)];
  const data = Uint16Array.from({ length: height * width }, (_, i) =>
    Math.round(500 + 200 * Math.sin((i % width) / a + c) * Math.cos(Math.floor(i / width) / b)),
  );
  return { data, pixelType: "uint16", channels: 1, height, width, pixelSizeUm: 0.1 };
}

function writeSuperResolver(file: string, seed: number, scale: 1 | 2 = 2): void {
  const config = { network: { kind: "gated", channels: [4, 8], blocks: [1, 1] }, scale } as const;
  const graph = createGraph();
  superResolverOutput(graph.input("image", [1, 1, 16, 16]), config);
  const state = stirred(initialState([graph], random(seed)), seed);
  saveSuperResolver(file, { config, state, steps: 0, keptStep: 0, seconds: 0, curves: {}, validation: [] });
}

beforeAll(async () => {
  for (const [k, name] of ["a", "b"].entries()) {
    await writePng(at("pairs", "low", `${name}.png`), waves(k, 20, 24));
    await writePng(at("pairs", "high", `${name}.png`), waves(k + 9, 40, 48));
  }
  writeSuperResolver(at("sr-0.safetensors"), 0);
  writeSuperResolver(at("sr-1.safetensors"), 1);
  writeUntrainedDiffusion(at("diffusion.safetensors"));
  saveCheckpoint(at("segmenter.safetensors"), { state: new Map(), metadata: { task: "segment", steps: "0" } });
  saveCheckpoint(at("cyclegan.safetensors"), { state: new Map(), metadata: { generator: "cyclegan" } });
});

test("fit --generator diffusion: a generator, its losses and samples; done once, it is not done again", async () => {
  const fit = ["fit", "--generator", "diffusion", "--real", at("pairs"), "--out", at("fitted"), "--minutes", "10"];
  const { out } = await done(...fit, "--steps", "10");
  const model = at("fitted", "diffusion.safetensors");
  expect(out).toContain(`generate --model ${model}`);
  expect(out).toContain("(10 steps, no images held out)"); // two images of 40 rows
  expect(loadDiffusion(model)).toMatchObject({ sizePx: 64, conditionPlanes: 0, chosenStep: 10 });
  const { curves, ...settings } = JSON.parse(readFileSync(at("fitted", "training.json"), "utf8"));
  expect(curves.loss).toHaveLength(10);
  expect(settings).toMatchObject({ generator: "diffusion", patchPx: 64, minutes: 10, steps: 10, seed: 0 });
  expect(settings.learnedFrom).toBe(await (await openDataset(at("pairs"))).hash());
  // two halves of 4 x 8 pictures with gaps
  const half = { width: 4 * 64 + 3 * 2, height: 8 * 64 + 7 * 2 };
  expect(await readImage(at("fitted", "samples.png"))).toMatchObject({
    width: 2 * half.width + 16,
    height: half.height,
  });
  expect(readFileSync(at("fitted", "samples-equalised.png"))).not.toEqual(readFileSync(at("fitted", "samples.png")));
  const before = statSync(model).mtimeMs;
  await done(...fit); // without --steps: those that were settled
  expect(statSync(model).mtimeMs).toBe(before);
  await refused([...fit, "--steps", "11"], /got one that fit filled with other settings/);
});

test("fit --generator diffusion: a judge chooses the state by images that were held out", async () => {
  for (const k of [0, 1, 2, 3, 4]) await writePng(at("five", `${k}.png`), waves(k, 70, 80));
  const judge = { images: 8, steps: 2 };
  const fitted = await fitDiffusionGenerator(at("five"), at("judged"), { minutes: 10, steps: 10, judge });
  const { judged, scores } = JSON.parse(readFileSync(at("judged", "training.json"), "utf8"));
  expect(fitted.judged).toEqual(judged);
  expect(scores.map(({ step }: { step: number }) => step)).toEqual([2, 4, 6, 8, 10]);
  for (const { error } of scores) expect(error).toBeGreaterThan(0);
  const { step, score } = chosenVerdict(scores)!;
  expect(judged).toEqual({ chosenStep: step, kernelDistance: score });
  expect(loadDiffusion(fitted.model).chosenStep).toBe(judged.chosenStep);
  const fit = ["fit", "--generator", "diffusion", "--real", at("five"), "--out", at("judged"), "--minutes", "10"];
  expect((await done(...fit)).out).toContain(`(step ${judged.chosenStep} of 10, kernel distance to held-out images`);
  await refused([...fit, "--no-judge"], /got one that fit filled with other settings/);
});

test("fit --generator diffusion --channel: of several channels the named one, not the brightest", async () => {
  const { data, ...field } = waves(3, 64, 64);
  const flat = new Uint16Array(data.length).fill(5000);
  const image = { ...field, channels: 2, data: Uint16Array.from([...flat, ...data]) };
  await writeTiff(at("two-channels", "cells.tif"), image);
  const fit = ["fit", "--generator", "diffusion", "--real", at("two-channels"), "--steps", "10"];
  await done(...fit, "--channel", "2", "--out", at("second-channel"));
  expect(JSON.parse(readFileSync(at("second-channel", "training.json"), "utf8"))).toMatchObject({ channel: 2 });
  const shown = await readImage(at("second-channel", "samples.png"));
  expect(new Set(channelPlane(shown, 0).data.slice(0, 64)).size).toBeGreaterThan(10); // waves: the first channel is one grey
  await refused([...fit, "--channel", "3", "--out", at("no-channel")], /cells: expected at least 3 channels, got 2/);
  await refused([...fit, "--channel", "1", "--out", at("second-channel")], /fit filled with other settings/);
});

test("fit: options of the other generator are refused by name, before anything is read", async () => {
  const fit = ["fit", "--real", at("missing"), "--out", at("never")];
  await refused([...fit, "--patch", "64"], /no option of another kind of model, got --patch\. .*--generator diffusion/);
  await refused([...fit, "--minutes", "30", "--channel", "1", "--no-judge"], /got --minutes, --channel, --no-judge/);
  await refused(
    [...fit, "--generator", "diffusion", "--low-pass", "0.3", "--consistency", "2"],
    /got --low-pass, --consistency/,
  );
  await refused([...fit, "--generator", "diffusion", "--patch", "65"], /Expected one of 64, 96, 128/);
});

test("generate: images of a diffusion model, without calibration; a larger set begins with a smaller one", async () => {
  const model = at("diffusion.safetensors");
  const generate = ["generate", "--model", model, "--steps", "3", "--sampler", "ddim"];
  await done(...generate, "--count", "3", "--out", at("drawn"));
  const set = await openDataset(at("drawn"));
  expect(set.length).toBe(3);
  const { image, annotations, provenance } = await set.get(2);
  expect(image).toMatchObject({ height: 16, width: 16, pixelType: "uint16" });
  expect(annotations.instances).toBeUndefined();
  expect(provenance).toEqual({
    origin: "synthetic",
    method: "diffusion",
    seed: 0,
    index: 2,
    generator: hash(model),
    settings: { sampler: "ddim", samplingSteps: 3 },
  });
  const first = at("drawn", "images", "generated-00000.png");
  const before = statSync(first).mtimeMs;
  await done(...generate, "--count", "10", "--out", at("drawn")); // into the next batch
  expect(statSync(first).mtimeMs).toBe(before);
  await done(...generate, "--count", "10", "--out", at("at-once"));
  for (const k of [0, 2, 3, 9]) {
    const file = (folder: string) => at(folder, "images", `generated-0000${k}.png`);
    expect(hash(file("drawn")), `image ${k}`).toBe(hash(file("at-once")));
  }
  expect(hash(first)).not.toBe(hash(at("drawn", "images", "generated-00001.png")));
});

test("generate: what belongs to the other kind of model, and what a CycleGAN needs", async () => {
  const [diffusion, cyclegan] = [at("diffusion.safetensors"), at("cyclegan.safetensors")];
  const out = ["--out", at("never")];
  await refused(
    ["generate", "--model", cyclegan, ...out],
    /a calibration to draw label maps from, got none\. .*--calib/,
  );
  await refused(["generate", "--model", cyclegan, "--sampler", "ddim", ...out], /\(a CycleGAN\).*got --sampler/);
  await refused(
    [
      "generate",
      "--model",
      diffusion,
      "--labels",
      "input",
      "--brightness",
      "simulated",
      "--calibration",
      "x.json",
      ...out,
    ],
    /\(a diffusion model\).*got --calibration, --labels, --brightness/,
  );
  await refused(
    ["generate", "--model", at("sr-0.safetensors"), ...out],
    /a trained CycleGAN or diffusion model, got a super/,
  );
  expect(existsSync(at("never"))).toBe(false);
});

test("generate --help lists every sampler", () => {
  const context = {
    terminal: listeningTerminal(),
    signal: new AbortController().signal,
    program: "",
    typed: "",
    exitCode: 0,
  };
  const command = program(context).commands.find((each) => each.name() === "generate")!;
  expect(command.options.find(({ long }) => long === "--sampler")!.argChoices).toEqual(Object.keys(samplers));
});

/** What a super-resolver makes of an image, by hand: to the unit scale, through the network, back to grey levels. */
async function restoredByHand(file: string, image: Image): Promise<Plane> {
  const grey = channelPlane(image);
  const unit = unitPlane(grey);
  const resolver = await openSuperResolver([loadSuperResolver(file)]);
  const result = await resolver.resolve(unit);
  await resolver.release();
  // the line through two pixels of grey over unit values
  const [low, high] = [grey.data.indexOf(Math.min(...grey.data)), grey.data.indexOf(Math.max(...grey.data))];
  const span = (grey.data[high]! - grey.data[low]!) / (unit.data[high]! - unit.data[low]!);
  return { ...result, data: result.data.map((v) => (v - unit.data[low]!) * span + grey.data[low]!) };
}

test("predict with super-resolvers: mean and disagreement in the input's grey levels, on the finer grid", async () => {
  const models = [at("sr-0.safetensors"), at("sr-1.safetensors")];
  const predict = ["predict", ...models.flatMap((file) => ["--model", file]), at("pairs"), "--out", at("restored")];
  const { out } = await done(...predict);
  expect(out).toMatch(/^2 images restored/);
  const input = await readImage(at("pairs", "low", "a.png"));
  const [one, two] = await Promise.all(models.map((file) => restoredByHand(file, input)));
  const restored = await readImage(at("restored", "restored", "a.ome.tif"));
  const disagreement = await readImage(at("restored", "disagreement", "a.ome.tif"));
  expect(restored).toMatchObject({ height: 40, width: 48, pixelType: "float32" });
  expect(restored.pixelSizeUm).toBeCloseTo(0.05, 6);
  let spread = 0;
  for (const [i, value] of one!.data.entries()) {
    const other = two!.data[i]!;
    expect(Math.abs(restored.data[i]! - (value + other) / 2)).toBeLessThan(0.1);
    expect(Math.abs(disagreement.data[i]! - Math.abs(value - other) / Math.SQRT2)).toBeLessThan(0.1);
    spread = Math.max(spread, Math.abs(value - other));
  }
  expect(spread, "the models differ").toBeGreaterThan(1);
  expect(await readProvenance(at("restored", "restored", "a.ome.tif"))).toMatchObject({
    provenance: { origin: "synthetic", method: "super-resolve", settings: { input: "a" } },
  });
  expect(await readImage(at("restored", "previews", "b.png"))).toMatchObject({ height: 40, width: 3 * 48 + 2 * 2 });

  const file = at("restored", "restored", "a.ome.tif");
  const before = statSync(file).mtimeMs;
  await done(...predict);
  expect(statSync(file).mtimeMs).toBe(before);
});

test("predict with one super-resolver: no disagreement; a channel that is missing is told", async () => {
  const predict = ["predict", "--model", at("sr-0.safetensors"), at("pairs")];
  await done(...predict, "--out", at("alone"));
  expect(existsSync(at("alone", "disagreement"))).toBe(false);
  expect(await readImage(at("alone", "previews", "a.png"))).toMatchObject({ width: 2 * 48 + 2 });
  const { images, failed } = await restoreFolder([at("sr-0.safetensors")], at("pairs"), at("third"), { channel: 3 });
  expect(images).toBe(0);
  expect(failed.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/a: expected at least 3 channels, got 1/),
    expect.stringMatching(/b: /),
  ]);
});

test("predict: models of different tasks or scales, and generators, are refused", async () => {
  const mixed = (...models: string[]) => [
    "predict",
    ...models.flatMap((name) => ["--model", at(`${name}.safetensors`)]),
    at("pairs"),
    "--out",
    at("never"),
  ];
  await refused(
    mixed("sr-0", "segmenter"),
    /segmenter\.safetensors: expected a super-resolver, like .*, got a segmenter/,
  );
  await refused(mixed("segmenter", "sr-0"), /sr-0\.safetensors: expected a segmenter, like .*, got a super-resolver/);
  await refused(mixed("sr-0", "diffusion"), /expected a segmenter or a super-resolver .* got a diffusion generator/);
  writeSuperResolver(at("sr-same.safetensors"), 2, 1);
  await refused(mixed("sr-0", "sr-same"), /all of one scale, got scales 2, 1/);
  expect(existsSync(at("never"))).toBe(false);
});

test("check: pairs and their ratio; a sharp image of another field is an error", async () => {
  const { out } = await done("check", at("pairs"), "--out", at("check.html"));
  expect(out).toMatch(/2 pairs of a poor and a sharp image, the sharp one with 2 times the pixels along each axis/);
  await writePng(at("odd", "low", "a.png"), waves(0, 20, 24));
  await writePng(at("odd", "high", "a.png"), waves(9, 40, 50));
  const odd = await invoke(["check", at("odd"), "--out", at("check.html")]);
  expect(odd.code).toBe(1);
  expect(odd.out).toMatch(/a: The sharp image is 50 x 40, no whole multiple of 24 x 20/);
});
