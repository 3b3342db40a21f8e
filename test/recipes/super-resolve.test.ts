import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CancelledError, DataError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { writePng } from "../../src/data/formats/index.ts";
import type { DiffusionDenoiser } from "../../src/generators/diffusion/open-diffusion.ts";
import { priorFor } from "../../src/generators/diffusion/prior.ts";
import { cosine } from "../../src/generators/diffusion/schedules/index.ts";
import { judgeGenerator } from "../../src/recipes/judge-generator.ts";
import { RunRecord } from "../../src/recipes/record.ts";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { run } from "../../src/recipes/run.ts";
import { type Learnable, superResolveArms } from "../../src/recipes/super-resolve/arms.ts";
import { diffusionSettings } from "../../src/recipes/super-resolve/diffusion-settings.ts";
import { openFields } from "../../src/recipes/super-resolve/fields.ts";
import { heldOutPatches } from "../../src/recipes/super-resolve/held-out.ts";
import { compared } from "../../src/recipes/super-resolve/jobs/score.ts";
import { drawFilaments } from "../../src/recipes/super-resolve/mathematical-model.ts";
import { planSuperResolve } from "../../src/recipes/super-resolve/plan.ts";

const base = await mkdtemp(join(tmpdir(), "fantascope-super-resolve-"));
afterAll(() => rm(base, { recursive: true, force: true }));

/** Writes an 8-bit image whose rows have the grey levels of a function. */
async function writeRows(path: string, height: number, width: number, grey: (y: number, x: number) => number) {
  const data = Uint8Array.from({ length: height * width }, (_, i) => grey(Math.floor(i / width), i % width));
  await writePng(join(base, path), { data, pixelType: "uint8", channels: 1, height, width });
}

/** A recipe with small tiles. */
const recipe = (fields: object = {}, more: object = {}) =>
  resolveRecipe({ recipe: "super-resolve", fields: { tilePx: 32, gapPx: 8, ...fields }, ...more });

describe("diffusionSettings", () => {
  it.each([64, 96, 128])(
    "has the network of the prior at %d px, and a larger one for larger patches without it",
    (patchPx) => {
      const settings = (pretrained: boolean) => diffusionSettings(recipe({}, { generator: { patchPx, pretrained } }));
      expect(priorFor(settings(true).network)).toBeDefined();
      expect(priorFor(settings(false).network) === undefined).toBe(patchPx > 64);
    },
  );
});

describe("openFields", () => {
  beforeAll(async () => {
    // Every row has a grey level of its own, so that a tile tells where it was.
    await writeRows("plain/a.png", 128, 64, (y, x) => (x % 2 === 0 ? 100 + y : 0));
    await writeRows("pairs/high/a.png", 128, 64, (y, x) => (x % 4 < 2 ? 100 + y : 0));
    await writeRows("pairs/low/a.png", 64, 32, (y, x) => (x % 2 === 0 ? 100 + 2 * y : 0));
  });

  it("holds out the bottom of every image, with a gap, so that nothing lies on both sides", async () => {
    const { learn, spare, test } = await openFields(recipe({ learnFrom: 2 }), join(base, "plain"));
    // 96 rows less the gap of 8 hold two rows of tiles, the last 32 rows one.
    expect([learn.length, spare.length, test.length]).toEqual([2, 2, 2]);
    // No two tiles share a name, which says where in the image they lie.
    expect(new Set([...learn, ...spare, ...test].map(({ name }) => name)).size).toBe(6);
    expect(test.map(({ name }) => name)).toEqual(["a (0, 96)", "a (32, 96)"]);
    expect(test.every(({ low }) => low === undefined)).toBe(true);
    const again = await openFields(recipe({ learnFrom: 2 }), join(base, "plain"));
    expect(again.learn.map(({ name }) => name)).toEqual(learn.map(({ name }) => name));
  });

  it("keeps fewer fields for pairs than the generator sees, when asked", async () => {
    const { learn, paired } = await openFields(recipe({ learnFrom: 3, paired: 2 }), join(base, "plain"));
    expect(paired).toEqual(learn.slice(0, 2));
    expect((await openFields(recipe({ learnFrom: 3 }), join(base, "plain"))).paired.length).toBe(3);
    const asked = openFields(recipe({ learnFrom: 2, paired: 3 }), join(base, "plain"));
    await expect(asked).rejects.toThrow(/at most 2 fields with partners/);
  });

  it("cuts both images of a pair at the same place", async () => {
    const { learn } = await openFields(recipe({}, { scale: 2 }), join(base, "pairs"));
    for (const { high, low } of learn) {
      expect([low!.height, low!.width]).toEqual([16, 16]);
      // Brightest columns of both rise by two rows of the sharp image per row of the poor one.
      const rise = (plane: typeof high, rows: number) => plane.data[rows * plane.width]! - plane.data[0]!;
      expect(rise(low!, 10)).toBeCloseTo(rise(high, 20), 1);
    }
  });

  it("says what is wrong with the data", async () => {
    await expect(openFields(recipe({}, { scale: 4 }), join(base, "pairs"))).rejects.toThrow(/scale 4/);
    await expect(openFields(recipe({ images: ["b"] }), join(base, "plain"))).rejects.toThrow(/one of the images b/);
    await expect(openFields(recipe({ tilePx: 256 }), join(base, "plain"))).rejects.toThrow(DataError);
  });
});

const armsOf = (what: Partial<Learnable>) => superResolveArms({ learned: 4, paired: 4, arePaired: true, ...what });

describe("heldOutPatches", () => {
  const fields = (names: string[]) => names.map((name) => ({ name, group: "g", high: emptyPlane(64, 64) }));
  const groups = (spare: number) => {
    const drawn = { learn: [], paired: [], spare: fields(Array.from({ length: spare }, (_, i) => `spare ${i}`)) };
    const patches = heldOutPatches(recipe(), { ...drawn, test: fields(["test"]) }, 40);
    return new Set(patches.map(({ group }) => group));
  };

  it("come from fields that only chance set apart, where there are enough of them", () => {
    expect(groups(12).size).toBe(12);
    expect(groups(12)).not.toContain("test");
    expect(groups(3)).toContain("test");
  });
});

describe("drawFilaments", () => {
  const settings = { persistencePx: 200, perPatch: 8, widthPx: 3 };
  const stack = (haze: number) =>
    Array.from({ length: 20 }, (_, i) => drawFilaments({ ...settings, haze }, 64, random(i)));
  const least = (plane: Plane) => plane.data.reduce((a, b) => Math.min(a, b));
  const most = (plane: Plane) => plane.data.reduce((a, b) => Math.max(a, b));

  it("gives every image a brightness and a haze of its own, on the unit scale", () => {
    const brightest = stack(0).map(most); // 0.3 to 1 by their draw
    expect(Math.min(...brightest)).toBeLessThan(0.5);
    expect(Math.max(...brightest)).toBeGreaterThan(0.85);
    expect(Math.max(...stack(0).map(least))).toBeLessThan(0.02);
    // Clouds of mean ½ and a share of up to 1: the darkest pixel of some images lies well above black.
    expect(Math.max(...stack(1).map(least))).toBeGreaterThan(0.1);
  });
});

describe("planSuperResolve", () => {
  const seconds = { diffusion: 0.12, superResolver: 0.05, image: 0.1 };
  const plan = (more: object = {}) =>
    planSuperResolve(recipe({}, more), {
      arms: armsOf({}),
      workers: 2,
      workerMb: 700,
      memory: { totalMb: 16_000, freeMb: 8000 },
      seconds,
    });

  it("has every job after the jobs it needs, and each of them once", () => {
    const { jobs } = plan();
    const ids = jobs.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { after } of jobs) for (const id of after) expect(ids).toContain(id);
    const ofGenerated = jobs.find(({ id }) => id === "super-resolver-generated-1")!;
    expect(ofGenerated.after).toEqual(["generate-1"]);
  });

  it("fits the minutes by fewer steps, and says so", () => {
    const [full, short] = [plan({ minutes: 10_000 }), plan({ minutes: 20 })];
    expect([full.diffusionSteps, full.superResolverSteps, full.warnings]).toEqual([6000, 1500, []]);
    expect(plan({ minutes: 10_000, scale: 4 }).superResolverSteps).toBe(6000);
    expect(short.expectedMinutes).toBeLessThanOrEqual(20);
    expect(short.diffusionSteps).toBeLessThan(6000);
    expect(plan({ minutes: 1 }).warnings.join(" ")).toMatch(/needs about \d+ minutes/);
  });

  it("compares real pairs with their sharp images degraded only where there are pairs", () => {
    expect(armsOf({}).map(({ name }) => name)).toContain("experimental-degraded");
    expect(armsOf({ arePaired: false }).map(({ name }) => name)).not.toContain("experimental-degraded");
  });

  it("asks whether generating was needed only where the generator saw more sharp images than there are pairs", () => {
    const more = armsOf({ learned: 4, paired: 2 });
    expect(more.find(({ name }) => name === "all-sharp-degraded")!.sources).toEqual(["sharp"]);
    expect(more.find(({ name }) => name === "experimental")!.title).toBe("2 real pairs");
    expect(armsOf({}).map(({ name }) => name)).not.toContain("all-sharp-degraded");
  });
});

describe("measures", () => {
  const truth = drawFilaments({ persistencePx: 200, perPatch: 8, widthPx: 3, haze: 0 }, 64, random(1));

  it("do not ask for grey levels: gain and offset are fitted", () => {
    const dimmer = { ...truth, data: truth.data.map((value) => 0.2 * value + 0.4) };
    const { psnr, msSsim, frcCutoff } = compared(truth, dimmer);
    expect(psnr).toBeGreaterThan(80);
    expect(msSsim).toBeCloseTo(1, 5);
    expect(frcCutoff).toBe(1);
  });

  it("give nothing to a result that agrees with its truth nowhere, or only in the coarsest rings", () => {
    const stream = random(5);
    const noise = { ...truth, data: truth.data.map(() => stream.normal()) };
    expect(compared(truth, noise).frcCutoff).toBeLessThan(0.3); // by chance rings of few coefficients agree
    const ramp = { ...truth, data: truth.data.map((_, i) => Math.cos((Math.PI * (i % truth.width)) / truth.width)) };
    expect(compared(truth, ramp).frcCutoff).toBeLessThan(0.5);
  });

  it("get worse with blur and with nothing", () => {
    const shifted = { ...truth, data: truth.data.map((_, i) => truth.data[(i + 3) % truth.data.length]!) };
    const [good, bad, nothing] = [truth, shifted, emptyPlane(64, 64)].map((plane) => compared(truth, plane));
    expect(bad!.psnr).toBeLessThan(good!.psnr);
    expect(bad!.frcCutoff).toBeLessThan(good!.frcCutoff);
    expect(nothing!.msSsim).toBeLessThan(bad!.msSsim);
  });
});

describe("judgeGenerator", () => {
  const draw = (index: number) =>
    drawFilaments({ persistencePx: 200, perPatch: 8, widthPx: 3, haze: 0 }, 64, random(index));
  const [learned, held] = [[1, 2, 3, 4].map(draw), [11, 12, 13, 14].map(draw)];
  /** Sees the same clean images in any noise: those are what it draws. */
  const drawing = (planes: readonly Plane[]): DiffusionDenoiser => ({
    schedule: cosine(),
    prediction: "x0",
    sizePx: 64,
    batchSize: 4,
    async predict({ shape }) {
      const data = Float32Array.from(planes.flatMap((plane) => [...plane.data].map((value) => 2 * value - 1)));
      return { data: data.slice(0, shape[0]! * 64 * 64), shape };
    },
    conditioned() {
      throw new Error("not asked for");
    },
    async release() {},
  });

  it("likes images of the held-out kind better than flat ones", async () => {
    const options = { patchPx: 64, random: random(3), images: 8, steps: 2 };
    const { validate, release } = await judgeGenerator(learned, held, options);
    const flat = learned.map((plane) => ({ ...plane, data: plane.data.map((_, i) => (i % 64) / 640) }));
    const [alike, plain] = [await validate(drawing([21, 22, 23, 24].map(draw)), 1), await validate(drawing(flat), 2)];
    await release();
    expect(alike.score).toBeLessThan(plain.score);
  });

  it("asks a generator that learns from labels for images of the label maps, in turns", async () => {
    const maps = [1, 2, 3].map((label) => ({ data: new Uint32Array(64 * 64).fill(label), height: 64, width: 64 }));
    const asked: number[] = [];
    const told: DiffusionDenoiser = {
      ...drawing(held),
      conditioned({ shape }) {
        asked.push(shape[0]!);
        return drawing(held);
      },
    };
    const options = { patchPx: 64, random: random(3), images: 8, steps: 2, labels: maps };
    const { validate, release } = await judgeGenerator(learned, held, options);
    await validate(told, 1);
    await release();
    expect(asked).toEqual([4, 4]);
  });

  it("stops a generator that repeats what it learned", async () => {
    const options = { patchPx: 64, random: random(3), images: 8, steps: 2 };
    const { validate, release } = await judgeGenerator(learned, held, options);
    const verdict = await validate(drawing(learned), 1);
    await release();
    expect(verdict.stop).toMatch(/repeat the training images/);
  });
});

describe("run", () => {
  /** The whole line on the stand-in, with trainings of a few steps: nothing is learned, everything happens. */
  const tiny = resolveRecipe({
    recipe: "super-resolve",
    seeds: 2,
    workers: 2,
    fields: { tilePx: 96, learnFrom: 4, images: ["train-00", "train-01", "test-00", "test-01"] },
    generator: { steps: 10, images: 8, samplingSteps: 3 },
    superResolver: { steps: 10 },
  });
  const whole = join(base, "whole");
  let record: RunRecord;

  beforeAll(async () => {
    ({ record } = await run(tiny, whole, { command: "test" }));
  }, 300_000);

  it("leaves a record that follows its schema, with every arm scored on the same fields", () => {
    expect(() => RunRecord.parse(JSON.parse(JSON.stringify(record)))).not.toThrow();
    expect(record.arms.map(({ name }) => name)).toEqual([
      "input",
      "wiener",
      "richardson-lucy",
      "experimental",
      "experimental-degraded",
      "mathematical",
      "generated",
      "combined",
    ]);
    for (const { scores } of record.arms) for (const { n } of scores) expect(n).toBe(record.arms[0]!.scores[0]!.n);
    const ofInput = (metric: string) => record.arms[0]!.scores.find((score) => score.metric === metric)!.value;
    expect(ofInput("PSNR")).toBeGreaterThan(12);
    expect(ofInput("FRC cut-off")).toBeGreaterThan(0.05);
  });

  it("audits what every seed drew, and shows it", async () => {
    expect(record.realism.map(({ source }) => source)).toEqual([
      "generated (seed 0)",
      "generated (seed 1)",
      "mathematical model",
    ]);
    for (const { detail } of record.realism) expect(detail.map(({ finestPx }) => finestPx)).toEqual([8, 4, 8 / 3, 2]);
    const { detail, warnings } = record.realism.at(-1)!; // drawn filaments lack grain, and the record says so
    expect(detail.at(-1)!.power).toBeLessThan(0.7);
    expect(warnings.join(" ")).toContain("times the power that it has in real images");
    expect(record.novelty.map(({ heldOutImages }) => heldOutImages)).toEqual([8, 8]);
    expect(record.profiles[0]!.series.map(({ name }) => name)).toContain("Truth");
    expect(record.probes.length).toBe(5);
    for (const { file } of record.pictures) expect((await readFile(join(whole, file))).length).toBeGreaterThan(100);
  });

  it("leaves synthetic sets that say so inside every file", async () => {
    const dataset = await openDataset(join(whole, "synthetic", "generated-1"));
    expect(dataset.length).toBe(8);
    expect((await dataset.get(3)).provenance).toMatchObject({
      origin: "synthetic",
      method: "diffusion",
      seed: 1,
      index: 3,
    });
  });

  it("continues after a stop to the same bits", async () => {
    const folder = join(base, "stopped");
    const stop = new AbortController();
    let seen = 0;
    const stopped = run(tiny, folder, {
      command: "test",
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage.startsWith("generate and audit") && ++seen === 2) stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow(CancelledError);
    const { record: continued } = await run(tiny, folder, { command: "test" });
    expect(continued.arms).toEqual(record.arms);
    for (const model of await readdir(join(whole, "models")))
      expect(await readFile(join(folder, "models", model)), model).toEqual(
        await readFile(join(whole, "models", model)),
      );
  }, 300_000);
});
