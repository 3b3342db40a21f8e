import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { outputError, writeLabels, writeTiff } from "../../src/data/formats/index.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { openRunFolder } from "../../src/recipes/run-folder.ts";
import { invoke, type Outcome, tree } from "./invoke.ts";

const base = mkdtempSync(join(tmpdir(), "fantascope-bad-input-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(base, name);
  mkdirSync(path, { recursive: true });
  return path;
}

const fixture = (name: string) => join("fixtures/data/files", name);

/** A folder with one good image, and whatever `add` puts beside it. */
async function cells(name: string, add: (path: string) => void | Promise<void> = () => {}): Promise<string> {
  const path = folder(name);
  mkdirSync(join(path, "images"));
  copyFileSync(fixture("uint16.tif"), join(path, "images", "good.tif"));
  await add(path);
  return path;
}

const labels = (height: number, width: number, value: (i: number) => number) => ({
  data: Uint32Array.from({ length: height * width }, (_, i) => value(i)),
  height,
  width,
});

/** The command, which must fail with these words and leave nothing behind. */
async function refused(args: readonly string[], words: RegExp, { code = 2 } = {}): Promise<Outcome> {
  const before = tree(base);
  const outcome = await invoke(args);
  expect(outcome.err).toMatch(words);
  expect(outcome.err).toMatch(/^Error: /);
  expect(outcome.err, "no stack").not.toMatch(/\n {4}at /);
  expect(outcome.code).toBe(code);
  expect(tree(base), "nothing half-written").toEqual(before);
  return outcome;
}

/** Commands that read a folder of images, with everything else they need. */
const readers = (images: string, out: string): string[][] => [
  ["check", images, "--out", join(out, "check.html")],
  ["calibrate", "--real", images, "--out", out],
  ["fit", "--real", images, "--out", out],
  ["train", "--data", images, "--out", join(out, "model.safetensors")],
];

describe("images", () => {
  test("an empty folder, a missing one and a file", async () => {
    const empty = folder("empty");
    for (const args of readers(empty, join(base, "out")))
      await refused(args, /expected at least one PNG, JPEG or TIFF image, got an empty folder\. Give a folder/);
    await refused(["check", join(base, "missing")], /expected a folder of images, got no such folder/);
    await refused(["check", fixture("uint16.tif")], /expected a folder of images, got a file/);
  });

  test("a run on an empty or missing folder does not even begin", async () => {
    const out = join(base, "run");
    const words = /expected at least one PNG, JPEG or TIFF image, got an empty folder/;
    await refused(["run", "segment", "--real", folder("empty-real"), "--out", out], words);
    const images = await cells("real");
    await refused(["run", "segment", "--real", images, "--test", folder("empty-test"), "--out", out], words);
    await refused(["run", "segment", "--real", join(base, "missing"), "--out", out], /got no such folder/);
  });

  test.each([
    ["truncated TIFF", "uint16.tif", (bytes: Buffer) => bytes.subarray(0, 600), /cut short/],
    ["corrupt TIFF", "uint16-lzw.tif", (bytes: Buffer) => bytes.fill(0xff, 400, 700), /strip 0/],
    ["truncated PNG", "grey16.png", (bytes: Buffer) => bytes.subarray(0, bytes.length - 200), /cut short|ends|end/],
    ["corrupt PNG", "grey16.png", (bytes: Buffer) => bytes.fill(7, 300, 310), /checksum/],
    ["unsupported compression", "uint16-lzma.tif", (bytes: Buffer) => bytes, /LZMA compression \(34925\)/],
  ])("%s", async (name, source, damage, words) => {
    const images = await cells(name, (path) =>
      writeFileSync(
        join(path, "images", `bad${source.slice(source.lastIndexOf("."))}`),
        damage(readFileSync(fixture(source))),
      ),
    );
    const [check, ...others] = readers(images, join(base, "out"));
    for (const args of others) await refused(args, words);
    // check tells of all that is wrong at once, on the page too
    const { code, out } = await invoke(check!);
    expect(code).toBe(1);
    expect(out).toMatch(/Must be mended \(1\)/);
    expect(out).toMatch(words);
    expect(readFileSync(join(base, "out", "check.html"), "utf8")).toMatch(/Must be mended/);
    rmSync(join(base, "out"), { recursive: true });
  });
});

describe("labels", () => {
  test("image and label of different size", async () => {
    const data = await cells("sizes", (path) =>
      writeLabels(
        join(path, "labels", "good.tif"),
        labels(8, 9, (i) => (i < 4 ? 1 : 0)),
      ),
    );
    const words =
      /expected a label map of \d+ x \d+ pixels, like images.good\.tif, got 9 x 8\. Image and label must cover the same/i;
    await refused(["train", "--data", data, "--out", join(base, "model.safetensors")], words);
    const { code, out } = await invoke(["check", data, "--out", join(base, "sizes.html")]);
    expect([code, out]).toEqual([1, expect.stringMatching(/Expected a label map of \d+ x \d+ pixels/)]);
  });

  test("a label with one value for several objects", async () => {
    const data = await cells("one-value", async (path) => {
      const image = {
        data: Uint16Array.from({ length: 400 }, (_, i) => i),
        pixelType: "uint16",
        channels: 1,
        height: 20,
        width: 20,
      } as const;
      await writeTiff(join(path, "images", "mask.tif"), image);
      await writeLabels(
        join(path, "labels", "mask.png"),
        labels(20, 20, (i) => (i % 20 < 5 || i % 20 > 14 ? 255 : 0)),
      );
    });
    const { code, out } = await invoke(["check", data, "--out", join(base, "one-value.html")]);
    expect(code).toBe(1);
    expect(out).toMatch(/mask: The label map has one value, yet 2 separate pieces/);
    expect(out).toMatch(/Give each object a number of its own/);
  });

  test("no labels at all", async () => {
    const data = await cells("unlabelled");
    await refused(
      ["train", "--data", data, "--out", join(base, "model.safetensors")],
      /unlabelled: expected images with instance labels, got 1 images? without labels/,
    );
  });
});

describe("recipes and settings", () => {
  test("unknown, impossible and misspelt fields are told together, with their paths", async () => {
    const file = join(base, "wrong.yaml");
    writeFileSync(file, "recipe: segment\nminuts: 5\nseeds: 0\ngenerator:\n  lowpass: 0.3\n");
    const { err } = await refused(["run", file, "--out", join(base, "wrong")], /wrong\.yaml/);
    expect(err).toMatch(/unknown field "minuts"/);
    expect(err).toMatch(/seeds: .*1/);
    expect(err).toMatch(/generator: unknown field "lowpass"/);
  });

  test("a recipe that is no YAML, of another kind, or missing", async () => {
    const file = join(base, "broken.yaml");
    writeFileSync(file, "recipe: [segment\n");
    await refused(["run", file], /broken\.yaml: expected YAML/);
    writeFileSync(file, "recipe: classify\n");
    await refused(["run", file], /expected one of segment, super-resolve, got "classify"/);
    await refused(["run", join(base, "missing.yaml")], /expected a recipe \(segment, super-resolve\) or a recipe file/);
  });

  test("impossible optics", async () => {
    const settings = fluorescenceNuclei();
    const [field] = settings.fields;
    const file = join(base, "optics.json");
    const optics = { ...field!.optics, numericalAperture: 1.6, immersionIndex: 1.515 };
    writeFileSync(file, JSON.stringify({ settings: { ...settings, fields: [{ ...field, optics }] } }));
    await refused(
      ["simulate", "--calibration", file, "--out", join(base, "simulated")],
      /optics\.numericalAperture: expected at most immersionIndex 1\.515, got 1\.6/,
    );
  });

  test("a calibration that is none", async () => {
    const file = join(base, "calibration.json");
    const args = ["simulate", "--calibration", file, "--out", join(base, "simulated")];
    await refused(args, /calibration\.json: expected a calibration file, got no such file/);
    writeFileSync(file, "{");
    await refused(args, /calibration\.json: expected JSON/);
    writeFileSync(file, "{}");
    await refused(args, /got a file without settings\.fields/);
    writeFileSync(file, JSON.stringify({ settings: { pixelSizeUm: "unknown", fields: [{ height: 64, width: 64 }] } }));
    await refused(args, /got a field of view that lacks a part/);
  });
});

describe("models", () => {
  test("no model, a folder, another file", async () => {
    const images = await cells("to-predict");
    const predict = (model: string) => ["predict", "--model", model, images, "--out", join(base, "predictions")];
    await refused(
      predict(join(base, "none.safetensors")),
      /none\.safetensors: expected a model file, got no such file\. Name a \.safetensors file/,
    );
    await refused(predict(folder("models")), /models: expected a model file, got a folder/);
    await refused(predict(fixture("uint16.tif")), /expected .*safetensors/i);
  });
});

describe("output", () => {
  test("a folder that cannot be written, because it lies below a file", async () => {
    const images = await cells("source");
    const file = join(base, "a-file");
    writeFileSync(file, "");
    const out = join(file, "below");
    await refused(
      ["simulate", "--preset", "fluorescence-nuclei", "--count", "1", "--out", out],
      /a-file.below.*expected a folder to write to, got a file/,
    );
    await refused(
      ["check", images, "--out", join(out, "check.html")],
      /check\.html: expected to write this file, got a file where a folder is needed/,
    );
    await refused(["demo", "--out", out], /a-file.below: .*a file where a folder is needed/);
    await refused(["demo", "--out", file], /a-file: .*a file where a folder is needed/);
  });

  test("a full disk is told in plain words", () => {
    const { message } = outputError("runs/x/report.html", Object.assign(new Error("ENOSPC"), { code: "ENOSPC" }));
    expect(message).toBe(
      "runs/x/report.html: expected to write this file, got a full disk. Free some space or choose another disk, then run the same command again.",
    );
  });

  test("a folder that holds something else is left alone", async () => {
    const images = await cells("full");
    await refused(
      ["simulate", "--preset", "fluorescence-nuclei", "--out", images],
      /expected a new or empty folder, got one that holds images/,
    );
    await refused(["demo", "--out", images], /expected a new or empty folder.*got a folder that holds images/);
  });

  test("the run folder of another recipe", async () => {
    const out = join(base, "other-recipe");
    await openRunFolder(out, resolveRecipe({ recipe: "segment", seed: 7 }));
    await refused(
      ["run", "segment", "--out", out],
      /expected the folder of a run with this very recipe, got a run whose seed differs/,
    );
  });

  test("a set of other settings, a model that exists", async () => {
    const out = join(base, "set");
    const simulate = (seed: string) => [
      "simulate",
      "--preset",
      "fluorescence-nuclei",
      "--count",
      "1",
      "--seed",
      seed,
      "--out",
      out,
    ];
    expect((await invoke(simulate("1"))).code).toBe(0);
    await refused(simulate("2"), /got one that simulate filled with other settings/);
    const model = join(base, "exists.safetensors");
    writeFileSync(model, "");
    await refused(["train", "--data", out, "--out", model], /expected a new file, got one that exists already/);
    await refused(
      ["train", "--data", out, "--out", join(base, "model.onnx")],
      /expected a name that ends in \.safetensors/,
    );
  });

  test("a report of a folder that holds no run, or a damaged record", async () => {
    const out = folder("no-run");
    await refused(["report", out], /expected the folder of a finished run, with record\.json in it, got none/);
    writeFileSync(join(out, "record.json"), '{ "schemaVersion": 1 }');
    await refused(["report", out], /expected a record as docs\/record\.schema\.json describes it, got title: /);
    expect(existsSync(join(out, "report.html"))).toBe(false);
  });
});
