import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError, RecipeError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import type { Item } from "../../src/data/dataset.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { writeDataset } from "../../src/data/write-dataset.ts";
import { RunRecord } from "../../src/recipes/record.ts";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { run } from "../../src/recipes/run.ts";
import { runFolder } from "../../src/recipes/run-folder.ts";
import type { ImageScore } from "../../src/recipes/scored-arm.ts";
import { nucleiScene } from "../data/scene.ts";

const base = await mkdtemp(join(tmpdir(), "fantascope-folds-"));
afterAll(() => rm(base, { recursive: true, force: true }));
const real = join(base, "cells");

/** Seven labelled images, of which two are of one well, and one without labels. */
async function* cells(): AsyncGenerator<Item> {
  const stream = random(3);
  for (let index = 0; index < 8; index++) {
    const { plane, labels } = nucleiScene(stream.fork(index), { size: 96, count: 8, bright: () => 0.8 });
    yield {
      name: `cell-${index}`,
      group: index < 2 ? "one well" : `well-${index}`,
      image: {
        data: Uint16Array.from(plane.data, (value) => Math.round(100 + 1000 * value)),
        ...{ height: 96, width: 96, channels: 1, pixelType: "uint16" },
      } as Item["image"],
      annotations: index < 7 ? { instances: labels } : {},
      provenance: { origin: "real", source: "drawn for this test" },
    };
  }
}

/** Trainings of a few steps: nothing is learned, everything happens. */
const recipe = resolveRecipe({
  recipe: "segment",
  real,
  folds: 2,
  seeds: 2,
  workers: 2,
  simulate: { pairs: 8 },
  generator: { kind: "none" },
  segmenter: { steps: 10, refineEdges: false },
  labelledImages: [],
});

const out = join(base, "run");
let record: RunRecord;

beforeAll(async () => {
  await writeDataset(real, cells(), { name: "cells" });
  ({ record } = await run(recipe, out, { command: "test" }));
}, 300_000);

/** Names of the images that an arm was scored on in a fold. */
async function scoredIn(fold: number): Promise<string[]> {
  const images = await runFolder(join(out, `fold-${fold}`)).readJson<ImageScore[]>(
    "checkpoints",
    "score-simulated-0.json",
  );
  return images!.map(({ image }) => image);
}

describe("cross-validation", () => {
  it("scores every labelled image once, none by a model that learned from it, and no group in two folds", async () => {
    const scored = await Promise.all([1, 2].map(scoredIn));
    expect(scored.flat().sort()).toEqual(Array.from({ length: 7 }, (_, index) => `cell-${index}`));
    for (const [k, names] of scored.entries()) {
      const learned = await openDataset(join(out, "data", `fold-${k + 1}`, "learn"));
      const all = learned.entries.map(({ name }) => name);
      expect(all.filter((name) => names.includes(name))).toEqual([]);
      expect(all).toContain("cell-7"); // nothing to score: learned from in every fold
      expect(names.includes("cell-0")).toBe(names.includes("cell-1"));
    }
  });

  it("judges the images of all folds together, in an ordinary record", () => {
    expect(() => RunRecord.parse(JSON.parse(JSON.stringify(record)))).not.toThrow();
    expect(record.arms.map(({ name }) => name)).toEqual(["classical", "simulated", "real-all"]);
    for (const { name, scores } of record.arms)
      for (const { n, perSeed } of scores) expect([n, perSeed.length]).toEqual([7, name === "classical" ? 1 : 2]);
    expect(record.arms.at(-1)!.title).toMatch(/^All (3–4|2–5) real labels$/);
    expect(record.comparisons.map(({ arm, baseline }) => `${arm} − ${baseline}`)).toContain("simulated − real-all");
    expect(record.facts[0]!.text).toMatch(/^2 folds/);
  });

  it("says where outlines are scored as networks draw them", async () => {
    const { arms, warnings } = (await runFolder(join(out, "fold-1")).readJson<RunRecord>("record.json"))!;
    expect(warnings).toContain("Outlines were scored as the networks draw them.");
    expect(arms[0]!.training).toBe("no learning: threshold, distance watershed");
  });

  it("adds up what the folds found: the pooled F1 lies between theirs", async () => {
    const f1 = ({ arms }: RunRecord) => arms[0]!.scores[0]!.value;
    const folds = await Promise.all(
      [1, 2].map((fold) => runFolder(join(out, `fold-${fold}`)).readJson<RunRecord>("record.json")),
    );
    const [low, high] = folds.map((fold) => f1(fold!)).sort((a, b) => a - b) as [number, number];
    expect(f1(record)).toBeGreaterThanOrEqual(low);
    expect(f1(record)).toBeLessThanOrEqual(high);
  });

  it("continues with the folds that are missing, to the same scores", async () => {
    await rm(join(out, "fold-2"), { recursive: true });
    await rm(join(out, "record.json"));
    const stages = new Set<string>();
    const { record: again } = await run(recipe, out, {
      command: "test",
      onPlan: (_, { path }) => void stages.add(path),
    });
    expect([...stages]).toEqual([join(out, "fold-2")]);
    expect(again.arms).toEqual(record.arms);
  }, 300_000);

  it("refuses more folds than groups, folds beside a test set, and folds of the stand-in", async () => {
    const attempt = (changed: object) => run({ ...recipe, ...changed }, join(base, "refused"), { command: "test" });
    await expect(attempt({ folds: 7 })).rejects.toThrow(DataError);
    await expect(run({ ...recipe, real: undefined }, join(base, "none"), { command: "test" })).rejects.toThrow(
      RecipeError,
    );
    expect(() => resolveRecipe({ recipe: "segment", folds: 3, test: "cells" })).toThrow(/either folds or test/);
  });
});
