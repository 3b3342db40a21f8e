import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { imageOfCanonical } from "../../src/data/canonical-image.ts";
import { cropPlane } from "../../src/data/crop.ts";
import { writeDataset } from "../../src/data/write-dataset.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { drawnFilaments } from "../drawn-filaments.ts";
import { invoke, tree } from "./invoke.ts";

const base = mkdtempSync(join(tmpdir(), "fantascope-compare-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const at = (...parts: string[]) => join(base, ...parts);

const drawn = (kind: string, index: number) => drawnFilaments(random(7).fork(kind, index), { sizePx: 96, count: 8 });
const many = (kind: string, count: number) => Array.from({ length: count }, (_, index) => drawn(kind, index));

async function folder(name: string, planes: readonly Plane[], origin: "real" | "synthetic" = "real"): Promise<void> {
  const items = planes.map((plane, index) => ({
    name: `${name}-${index}`,
    group: `${name}-${index}`,
    image: imageOfCanonical(plane),
    annotations: {},
    provenance: origin === "real" ? { origin, source: name } : ({ origin, method: "test", seed: 0, index } as const),
  }));
  await writeDataset(at(name), items, { name });
}

beforeAll(async () => {
  const training = many("training", 12);
  await folder("training", training);
  await folder("real", many("real", 24));
  await folder("alike", many("alike", 24), "synthetic");
  await folder(
    "smooth",
    many("smooth", 24).map((plane) => gaussianBlur(plane, 2)),
    "synthetic",
  );
  const copies = Array.from({ length: 24 }, (_, i) => cropPlane(training[i % 12]!, 64, random(i)));
  await folder("copied", copies, "synthetic");
});

/** Numbers that the command wrote beside its page. */
const numbers = (name: string) => JSON.parse(readFileSync(at(`${name}.json`), "utf8"));
const compare = (made: string, ...more: string[]) =>
  invoke([
    "compare",
    at(made),
    "--real",
    at("real"),
    "--out",
    at(`${made}.html`),
    "--json",
    at(`${made}.json`),
    ...more,
  ]);

test("images of the same kind cannot be told from real ones, nor are they copies", async () => {
  const { code, out } = await compare("alike", "--training", at("training"), "--patch", "64");
  expect(code).toBe(0);
  expect(out).toContain("24 generated against 24 real patches of 64 px, features fantascope-microscopy-v1");
  expect(out).toContain("By these features the images cannot be told from real ones.");
  expect(out).toMatch(/power of detail, coarse to fine: (0\.[89]|1\.?[012]?)\d*, /);
  const { realism, novelty, patchPx } = numbers("alike");
  expect(patchPx).toBe(64);
  expect(realism.measures.map(({ name }: { name: string }) => name)).toContain("Kernel distance (KID)");
  expect(novelty).toMatchObject({ outcome: "not more alike", trainingImages: 12, heldOutImages: 24, copies: 0 });
  const page = readFileSync(at("alike.html"), "utf8");
  expect(page).toContain("New, or copied?");
  expect(page).not.toMatch(/(src|href)="http/);
});

test("smoother images differ, and lack the power of fine detail", async () => {
  const { code, out } = await compare("smooth");
  expect(code).toBe(0);
  expect(out).toContain("patches of 96 px");
  expect(out).toContain("The images differ from real ones.");
  const [kernel] = numbers("smooth").realism.measures;
  expect(kernel.low).toBeGreaterThan(kernel.floor);
  expect(numbers("smooth").realism.detail.at(-1).power).toBeLessThan(0.5);
  expect(numbers("smooth").novelty).toBeUndefined();
  expect(readFileSync(at("smooth.html"), "utf8")).toContain("Whether images were copied is not known");
});

test("copies are found, shown, and told by the exit code", async () => {
  const { code, out } = await compare("copied", "--training", at("training"));
  expect(code).toBe(1);
  expect(out).toContain("Training images were copied.");
  expect(numbers("copied").novelty.copies).toBeGreaterThan(4); // 24 held-out images are a mild null: not each copy is certain
  expect(readFileSync(at("copied.html"), "utf8")).toContain("Closest pairs");
});

test("features of any ONNX file, under its name", async () => {
  const { code, out } = await compare(
    "alike",
    "--features",
    join(import.meta.dirname, "../../fixtures/features/stand-in.onnx"),
    "--patch",
    "64",
  );
  expect(code).toBe(0);
  expect(out).toContain("features stand-in");
});

test("grey levels: real images by their percentiles, or as they are stored", async () => {
  const dim = many("real", 24).map((plane) => ({ ...plane, data: plane.data.map((value) => 0.2 * value + 0.3) }));
  await folder("dim", dim);
  const [image, stored] = await Promise.all(
    ["image", "stored"].map(async (grey) => {
      const json = at(`dim-${grey}.json`);
      const args = [
        "compare",
        at("alike"),
        "--real",
        at("dim"),
        "--grey",
        grey,
        "--out",
        at("dim.html"),
        "--json",
        json,
      ];
      expect((await invoke(args)).code).toBe(0);
      return JSON.parse(readFileSync(json, "utf8")).realism.measures[0].value;
    }),
  );
  expect(stored).toBeGreaterThan(3 * Math.abs(image));
});

test("a channel of real images with several; generated ones have one", async () => {
  const items = many("real", 24).map((plane, index) => {
    const { data, ...field } = imageOfCanonical(plane);
    const noise = random(index).fork("noise");
    const bright = data.map(() => noise.between(55_000, 65_000));
    const image = { ...field, channels: 2, data: Uint16Array.from([...bright, ...data]) };
    const provenance = { origin: "real", source: "test" } as const;
    return { name: `field-${index}`, group: `field-${index}`, image, annotations: {}, provenance };
  });
  await writeDataset(at("two-channels"), items, { name: "two-channels" });
  const distance = async (...more: string[]) => {
    const outputs = ["--out", at("channel.html"), "--json", at("channel.json")];
    expect((await invoke(["compare", at("alike"), "--real", at("two-channels"), ...outputs, ...more])).code).toBe(0);
    return numbers("channel").realism.measures[0].value;
  };
  expect(await distance()).toBeGreaterThan(3 * Math.abs(await distance("--channel", "2")));
  expect(numbers("channel").channel).toBe(2);
});

describe("bad input", () => {
  async function refused(args: readonly string[], words: RegExp): Promise<void> {
    const before = tree(base);
    const { code, err } = await invoke(["compare", ...args, "--out", at("never.html")]);
    expect(err).toMatch(words);
    expect(code).toBe(2);
    expect(tree(base), "nothing half-written").toEqual(before);
  }

  test("too few images, too small ones, or ones that the generator learned from", async () => {
    await folder("few", many("few", 3), "synthetic");
    await refused(
      [at("few"), "--real", at("real")],
      /few: expected at least 8 generated images, better some hundreds, got 3/,
    );
    await refused(
      [at("copied"), "--real", at("real"), "--patch", "96"],
      /copied-\d+: expected an image of at least 96 x 96 pixels, got 64 x 64.*--patch 64 or less/,
    );
    await refused(
      [at("alike"), "--real", at("training"), "--training", at("training")],
      /not among the images to learn from/,
    );
    mkdirSync(at("empty"), { recursive: true });
    await refused([at("empty"), "--real", at("real")], /empty: expected/);
    await refused([at("alike"), "--real", at("nowhere")], /nowhere: expected/);
    await refused(
      [at("alike"), "--real", at("real"), "--channel", "2"],
      /real-\d+: expected at least 2 channels, got 1/,
    );
    expect(existsSync(at("never.html"))).toBe(false);
  });

  test("options of a feature network without one, and a file that is none", async () => {
    await refused(
      [at("alike"), "--real", at("real"), "--preprocessing", "torchvision"],
      /a feature network in an ONNX file \(--features\)/,
    );
    writeFileSync(at("no.onnx"), "text");
    await refused([at("alike"), "--real", at("real"), "--features", at("no.onnx")], /no\.onnx/);
  });
});
