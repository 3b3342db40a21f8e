import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCalibration } from "../../src/cli/stages/read-calibration.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { readImage, readLabels, readProvenance } from "../../src/data/formats/index.ts";
import { openSession } from "../../src/engine/session.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { invoke, type Outcome, tree } from "./invoke.ts";

/** Every single step on a few images and for a few training steps: nothing is learned, everything happens. */

/** A line about work that takes longer than ten seconds. */
const PROGRESS = /^ *\d+ % {2}/;

const base = mkdtempSync(join(tmpdir(), "fantascope-steps-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const at = (...parts: string[]) => join(base, ...parts);
const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

async function done(...args: string[]): Promise<Outcome> {
  const outcome = await invoke(args);
  const words = outcome.err.split("\n").filter((line) => !PROGRESS.test(line)); // a slow machine tells how far it is
  expect({ code: outcome.code, words }, args.join(" ")).toEqual({ code: 0, words: [""] });
  return outcome;
}

/** Small images are calibrated on sooner. */
const simulate = ["simulate", "--calibration", at("microscope.json")];

beforeAll(async () => {
  writeFileSync(at("microscope.json"), JSON.stringify({ settings: fluorescenceNuclei({ height: 144, width: 160 }) }));
  await done(...simulate, "--count", "3", "--out", at("simulated"));
  mkdirSync(at("first-three"));
  for (const name of tree(at("simulated", "images")))
    copyFileSync(at("simulated", "images", name), at("first-three", name));
  await done("fit", "--real", at("first-three"), "--out", at("generator"), "--steps", "10");
  const calibration = at("generator", "calibration.json");
  const model = at("generator", "cyclegan.safetensors");
  await done("generate", "--model", model, "--calibration", calibration, "--count", "4", "--out", at("generated"));
  await done(
    "train",
    "--data",
    at("generated"),
    "--data",
    at("simulated"),
    "--steps",
    "10",
    "--out",
    at("model.safetensors"),
  );
});

test("simulate: labelled images at the camera's pixels, which say inside that they are synthetic", async () => {
  const set = await openDataset(at("simulated"));
  expect(set.length).toBe(3);
  const { image, annotations, provenance } = await set.get(2);
  expect(image).toMatchObject({ height: 144, width: 160, pixelType: "uint16", pixelSizeUm: 0.5 });
  expect(new Set(annotations.instances!.data).size).toBeGreaterThan(5);
  expect(provenance).toMatchObject({ origin: "synthetic", method: "simulate", seed: 0, index: 2 });
  expect(await readProvenance(at("simulated", "images", "simulated-00002.png"))).toMatchObject({
    provenance: { origin: "synthetic" },
  });
});

test("simulate: a larger set begins with the images of a smaller one, which are not made again", async () => {
  const smaller = await openDataset(at("simulated"));
  const hashes = tree(at("simulated", "images")).map((name) => hash(at("simulated", "images", name)));
  const before = statSync(at("simulated", "images", "simulated-00000.png")).mtimeMs;
  await done(...simulate, "--count", "4", "--out", at("simulated"));
  expect((await openDataset(at("simulated"))).length).toBe(4);
  expect(statSync(at("simulated", "images", "simulated-00000.png")).mtimeMs).toBe(before);
  await done(...simulate, "--count", "4", "--out", at("again"));
  const names = tree(at("again", "images"));
  expect(names.slice(0, 3).map((name) => hash(at("again", "images", name)))).toEqual(hashes);
  expect(hash(at("again", "images", names[3]!))).toBe(hash(at("simulated", "images", names[3]!)));
  expect(smaller.length).toBe(3);
});

test("check: says what is there, writes a page with every image beside its label, and changes nothing", async () => {
  const before = tree(at("again")).map((name) => [name, statSync(at("again", name)).mtimeMs]);
  const { out } = await done("check", at("again"), "--out", at("check.html"));
  expect(out).toMatch(/4 images in "simulated"/);
  expect(out).toMatch(/Labels for 4 images: \d+ objects/);
  const page = readFileSync(at("check.html"), "utf8");
  expect(page.match(/<img /g)).toHaveLength(8);
  expect(tree(at("again")).map((name) => [name, statSync(at("again", name)).mtimeMs])).toEqual(before);
});

test("check --test: finds an image that is in both folders, and says so by its exit code", async () => {
  const { code, out } = await invoke(["check", at("again"), "--test", at("simulated"), "--out", at("check.html")]);
  expect(code).toBe(1);
  expect(out).toMatch(/The test image simulated-00000 has the very pixels of simulated-00000/);
});

test("calibrate: a simulator that can be read back, and a page with pictures of both", async () => {
  const { out } = await done("calibrate", "--real", at("again", "images"), "--out", at("calibration"));
  expect(out).toContain("simulate --calibration");
  const { settings, learnedFrom } = await readCalibration(at("calibration", "calibration.json"));
  expect(settings.fields.length).toBe(4);
  expect(learnedFrom).toBe(await (await openDataset(at("again", "images"))).hash());
  const page = readFileSync(at("calibration", "calibration.html"), "utf8");
  expect(page.match(/<img /g)).toHaveLength(2);
  expect(page).toMatch(/Diameter of nuclei/);
});

test("fit: a generator beside its calibration and losses; done once, it is not done again", async () => {
  expect(tree(at("generator"))).toEqual(
    expect.arrayContaining(["calibration.json", "cyclegan.safetensors", "training.json"]),
  );
  const { curves, steps } = JSON.parse(readFileSync(at("generator", "training.json"), "utf8"));
  expect(steps).toBe(10);
  expect(curves.cycleSim).toHaveLength(10);
  const before = statSync(at("generator", "cyclegan.safetensors")).mtimeMs;
  const fit = ["fit", "--real", at("again", "images"), "--out", at("generator")];
  await done("fit", "--real", at("first-three"), "--out", at("generator"), "--steps", "10");
  expect(statSync(at("generator", "cyclegan.safetensors")).mtimeMs).toBe(before);
  const { code, err } = await invoke([...fit, "--steps", "10"]);
  expect([code, err], "other images").toEqual([
    2,
    expect.stringMatching(/got one that fit filled with other settings/),
  ]);
});

test("generate: canonical images with the label that was asked for, and the hash of their generator", async () => {
  const set = await openDataset(at("generated"));
  expect(set.length).toBe(4);
  const { image, provenance } = await set.get(0);
  expect(image).toMatchObject({ height: 96, width: 96, pixelType: "uint16" });
  expect(provenance).toMatchObject({
    method: "cyclegan",
    generator: hash(at("generator", "cyclegan.safetensors")),
    settings: { labels: "cycled", lowPass: 0.3, brightness: "generated", refineEdges: true },
  });
  const calibration = at("generator", "calibration.json");
  const model = at("generator", "cyclegan.safetensors");
  const input = ["generate", "--model", model, "--calibration", calibration, "--count", "4", "--labels", "input"];
  await done(...input, "--out", at("input"));
  const drawn = await (await openDataset(at("input"))).get(0);
  expect(drawn.image.data).toEqual(image.data);
  expect(drawn.annotations.instances!.data.some((label) => label > 0)).toBe(true);
  await done(...input, "--brightness", "simulated", "--out", at("simulated-brightness"));
  const simulated = await (await openDataset(at("simulated-brightness"))).get(0);
  expect(simulated.provenance).toMatchObject({ settings: { brightness: "simulated" } });
  expect(simulated.image.data).not.toEqual(image.data);
});

test("generate and predict: a model of the other kind is refused by name", async () => {
  const [segmenter, generator] = [at("model.safetensors"), at("generator", "cyclegan.safetensors")];
  const calibration = at("generator", "calibration.json");
  const generate = await invoke(["generate", "--model", segmenter, "--calibration", calibration, "--out", at("wrong")]);
  expect([generate.code, generate.err]).toEqual([
    2,
    expect.stringMatching(/model\.safetensors: expected a trained CycleGAN/),
  ]);
  const predict = await invoke(["predict", "--model", generator, at("again", "images"), "--out", at("wrong")]);
  expect([predict.code, predict.err]).toEqual([
    2,
    expect.stringMatching(/cyclegan\.safetensors: expected a segmenter/),
  ]);
  expect(existsSync(at("wrong"))).toBe(false);
});

test("train: weights, and an ONNX file that runs", async () => {
  const session = await openSession(readFileSync(at("model.onnx")));
  expect(session.outputNames).toEqual(["maps"]);
  await session.release();
  expect(
    tree(base).filter(
      (name) => name.includes("checkpoint") && !name.startsWith("generator") && !name.startsWith("other"),
    ),
  ).toEqual([]);
});

test("predict: a label map and an overlay of the image's size, and counts; images that cannot be read are told", async () => {
  mkdirSync(at("images"));
  for (const name of ["a", "b"])
    copyFileSync(at("again", "images", "simulated-00000.png"), at("images", `${name}.png`));
  writeFileSync(at("images", "broken.png"), readFileSync(at("images", "a.png")).subarray(0, 500));
  const predict = ["predict", "--model", at("model.safetensors"), at("images"), "--out", at("predictions")];
  const first = await invoke(predict);
  expect(first.code).toBe(1);
  expect(first.err).toMatch(/1 images could not be segmented:\n {2}.*broken\.png/);
  expect(first.out).toMatch(/^\d+ nuclei in 2 images/);
  expect(tree(at("predictions")).filter((name) => /\.(tif|png|csv)$/.test(name))).toEqual([
    "counts.csv",
    join("labels", "a.tif"),
    join("labels", "b.tif"),
    join("overlays", "a.png"),
    join("overlays", "b.png"),
  ]);
  const labels = await readLabels(at("predictions", "labels", "a.tif"));
  expect(labels).toMatchObject({ height: 144, width: 160 });
  expect(await readImage(at("predictions", "overlays", "a.png"))).toMatchObject({
    height: 144,
    width: 160,
    channels: 3,
  });
  const rows = readFileSync(at("predictions", "counts.csv"), "utf8").trim().split("\n");
  expect(rows).toHaveLength(3);
  expect(rows[1]!.split(",").slice(0, 2)).toEqual([
    "a",
    `${new Set(labels.data).size - (labels.data.includes(0) ? 1 : 0)}`,
  ]);

  // Mended and repeated: only what is missing is done.
  const before = statSync(at("predictions", "labels", "a.tif")).mtimeMs;
  copyFileSync(at("images", "a.png"), at("images", "broken.png"));
  const { out } = await done(...predict);
  expect(out).toMatch(/in 3 images/);
  expect(statSync(at("predictions", "labels", "a.tif")).mtimeMs).toBe(before);
  expect(existsSync(at("predictions", "labels", "broken.tif"))).toBe(true);
});

test("predict: a channel that images do not have", async () => {
  const { code, err } = await invoke([
    "predict",
    "--model",
    at("model.safetensors"),
    at("again", "images"),
    "--channel",
    "2",
    "--out",
    at("channel-2"),
  ]);
  expect(code).toBe(1);
  expect(err).toMatch(/simulated-00000: expected at least 2 channels, got 1\. Name the channel/);
});

test("doctor: everything works here", async () => {
  const { out } = await done("doctor");
  for (const subject of ["Node", "processor", "memory", "disk", "image files", "onnxruntime", "training"])
    expect(out).toMatch(new RegExp(`^  (good|doubtful) +${subject} `, "m"));
  expect(out).toMatch(/loss \d\.\d\d to \d\.\d\d/);
  expect(out).toMatch(
    /a step takes \d+ ms \(estimated with nothing else running: \d+\), all of it \d+ MB of memory \(estimated: \d+ MB\)/,
  );
  expect(out).toMatch(/Fantascope can work here/);
});
