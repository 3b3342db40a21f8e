import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fitDiffusionGenerator } from "../../src/cli/stages/fit-diffusion-generator.ts";
import type { LabelMap } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { imageOfCanonical } from "../../src/data/canonical-image.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { writeDataset } from "../../src/data/write-dataset.ts";
import { loadDiffusion } from "../../src/generators/diffusion/index.ts";
import { invoke } from "./invoke.ts";
import { writeUntrainedDiffusion } from "./untrained-diffusion.ts";

/** Diffusion with labels on the command line: label maps in, images with these labels out. */

const base = mkdtempSync(join(tmpdir(), "fantascope-label-maps-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const at = (...parts: string[]) => join(base, ...parts);

/** Round spots, one number each. */
function spots(seed: number, height: number, width: number): LabelMap {
  const stream = random(seed).fork("spots");
  const data = new Uint32Array(height * width);
  for (let label = 1; label <= 6; label++) {
    const [y0, x0, radius] = [stream.integer(height), stream.integer(width), 4 + stream.integer(5)];
    for (let i = 0; i < data.length; i++)
      if (Math.hypot(Math.floor(i / width) - y0, (i % width) - x0) < radius) data[i] = label;
  }
  return { data, height, width };
}

/** Labelled images: bright where there is an object. */
async function labelled(name: string, count: number, [height, width]: readonly [number, number]): Promise<void> {
  const items = Array.from({ length: count }, (_, index) => {
    const instances = spots(index, height, width);
    const image = imageOfCanonical({
      ...instances,
      data: Float32Array.from(instances.data, (l) => (l > 0 ? 0.8 : 0.1)),
    });
    const provenance = { origin: "real", source: name } as const;
    return { name: `${name}-${index}`, group: `${index}`, image, annotations: { instances }, provenance };
  });
  await writeDataset(at(name), items, { name });
}

beforeAll(async () => {
  await labelled("cells", 5, [70, 80]);
  await labelled("others", 2, [40, 30]);
  writeUntrainedDiffusion(at("told.safetensors"), { conditionPlanes: 3 });
  writeUntrainedDiffusion(at("free.safetensors"));
});

test("fit --with-labels: a generator that draws from label maps, judged by ones that it did not see", async () => {
  const judge = { images: 8, steps: 2 };
  const fitted = await fitDiffusionGenerator(at("cells"), at("fitted"), {
    minutes: 10,
    steps: 10,
    withLabels: true,
    judge,
  });
  expect(loadDiffusion(fitted.model).conditionPlanes).toBe(3);
  expect(fitted.judged!.chosenStep).toBeGreaterThan(0);
  expect(JSON.parse(readFileSync(at("fitted", "training.json"), "utf8"))).toMatchObject({
    withLabels: true,
    judge: true,
  });
  expect(existsSync(fitted.preview)).toBe(true);
  const fit = ["fit", "--generator", "diffusion", "--real", at("cells"), "--out", at("fitted"), "--minutes", "10"];
  const { code, out } = await invoke([...fit, "--with-labels"]);
  expect([code, out]).toEqual([0, expect.stringContaining("diffusion.safetensors --label-maps my-label-maps --out")]);
});

test("generate --label-maps: every image carries its piece of a label map; guidance changes it", async () => {
  const generate = ["generate", "--model", at("told.safetensors"), "--count", "3", "--steps", "2"];
  const maps = ["--label-maps", at("others")];
  expect((await invoke([...generate, ...maps, "--out", at("drawn")])).code).toBe(0);
  const [drawn, others] = [await openDataset(at("drawn")), await openDataset(at("others"))];
  const items = await Promise.all([0, 1, 2].map((k) => drawn.get(k)));
  for (const [k, { image, annotations, provenance }] of items.entries()) {
    const labels = annotations.instances!;
    expect([image.height, image.width, labels.height, labels.width]).toEqual([16, 16, 16, 16]);
    expect(isPiece(labels, (await others.get(k % 2)).annotations.instances!), `image ${k}`).toBe(true);
    expect(provenance).toMatchObject({
      settings: { sampler: "dpm-solver-2m", samplingSteps: 2, labelMaps: await others.hash(), guidanceScale: 1 },
    });
  }
  expect(items[0]!.annotations.instances!.data, "another piece each time").not.toEqual(
    items[2]!.annotations.instances!.data,
  );

  const pixels = async (folder: string) => (await (await openDataset(at(folder))).get(0)).image.data;
  await invoke([...generate, ...maps, "--guidance", "3", "--out", at("guided")]);
  await invoke([...generate, "--out", at("unasked")]);
  const [plain, guided, unasked] = [await pixels("drawn"), await pixels("guided"), await pixels("unasked")];
  expect(guided).not.toEqual(plain);
  expect(unasked, "without label maps it draws what it likes").not.toEqual(plain);
  expect((await (await openDataset(at("unasked"))).get(0)).annotations.instances).toBeUndefined();
});

/** Whether a label map is somewhere in another. */
function isPiece(piece: LabelMap, whole: LabelMap): boolean {
  for (let y0 = 0; y0 + piece.height <= whole.height; y0++)
    for (let x0 = 0; x0 + piece.width <= whole.width; x0++) {
      const isHere = piece.data.every((label, i) => {
        const [y, x] = [y0 + Math.floor(i / piece.width), x0 + (i % piece.width)];
        return whole.data[y * whole.width + x] === label;
      });
      if (isHere) return true;
    }
  return false;
}

test("label maps that do not go with the model are refused, and nothing is written", async () => {
  const refused = async (args: readonly string[], words: RegExp) => {
    const { code, err } = await invoke([...args, "--out", at("never")]);
    expect([code, err], args.join(" ")).toEqual([2, expect.stringMatching(words)]);
    expect(existsSync(at("never")), "nothing is left").toBe(false);
  };
  const generate = (model: string, ...more: string[]) => ["generate", "--model", at(model), "--steps", "2", ...more];
  await refused(
    generate("free.safetensors", "--label-maps", at("others")),
    /a diffusion model that learned from labels/,
  );
  await refused(generate("told.safetensors", "--guidance", "2"), /--guidance: expected label maps to follow/);
  await labelled("tiny", 1, [12, 40]);
  await refused(
    generate("told.safetensors", "--label-maps", at("tiny")),
    /tiny-0: expected a label map of at least 16 x 16 pixels, got 40 x 12/,
  );
  await refused(generate("told.safetensors", "--label-maps", at("drawn-nothing")), /drawn-nothing: expected/);
  const unlabelled = ["fit", "--generator", "diffusion", "--real", at("unasked"), "--with-labels", "--steps", "10"];
  await refused(unlabelled, /a label map, as the generator is to draw from labels, got none/);
});
