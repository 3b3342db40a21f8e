import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { readImage, readProvenance } from "../../src/data/formats/index.ts";
import { invoke, tree } from "./invoke.ts";
import { writeUntrainedDiffusion } from "./untrained-diffusion.ts";

/** Images of a network that has learned nothing, in every file format. */

const base = mkdtempSync(join(tmpdir(), "fantascope-format-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const model = join(base, "diffusion.safetensors");

beforeAll(async () => {
  writeUntrainedDiffusion(model);
  await generate("plain");
});

const generate = (out: string, ...more: string[]) =>
  invoke(["generate", "--model", model, "--count", "2", "--steps", "2", "--out", join(base, out), ...more]);

/** First bytes of a PNG and of a little-endian TIFF. */
const signatures = { png: "89504e47", tif: "49492a00" };

test.each([
  ["png", "png", "png"],
  ["tiff", "tif", "tif"],
  ["ome-tiff", "ome.tif", "tif"],
] as const)(
  "generate --format %s: same pixels and provenance, and the file is what its name says",
  async (format, ending, kind) => {
    const { code, err } = await generate(format, "--format", format);
    expect([code, err.replaceAll(/^ *\d+ % .*$/gm, "").trim()]).toEqual([0, ""]);
    const names = [0, 1].map((k) => `generated-0000${k}`);
    expect(tree(join(base, format, "images"))).toEqual(names.map((name) => `${name}.${ending}`));
    const generator = createHash("sha256").update(readFileSync(model)).digest("hex");
    for (const [index, name] of names.entries()) {
      const file = join(base, format, "images", `${name}.${ending}`);
      expect(readFileSync(file).subarray(0, 4).toString("hex")).toBe(signatures[kind]);
      const image = await readImage(file);
      expect(image).toMatchObject({ pixelType: "uint16", channels: 1, height: 16, width: 16 });
      expect(image.data).toEqual((await readImage(join(base, "plain", "images", `${name}.png`))).data);
      expect((await readProvenance(file))?.provenance).toMatchObject({
        origin: "synthetic",
        method: "diffusion",
        index,
        generator,
      });
    }
    expect(readFileSync(join(base, format, "images", `${names[0]}.${ending}`), "latin1").includes("<OME")).toBe(
      format === "ome-tiff",
    );
    expect((await openDataset(join(base, format))).entries.map(({ name }) => name)).toEqual(names);
  },
);

test("a folder begun in one format is not continued in another, and unknown formats are refused", async () => {
  await generate("begun", "--format", "tiff");
  const other = await generate("begun", "--format", "png");
  expect([other.code, other.err]).toEqual([
    2,
    expect.stringMatching(/got one that generate filled with other settings/),
  ]);
  const unknown = await generate("never", "--format", "jpeg");
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringMatching(/Allowed choices are png, tiff, ome-tiff/)]);
  expect(existsSync(join(base, "never"))).toBe(false);
});
