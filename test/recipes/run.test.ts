import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CancelledError, OutputError } from "../../src/core/errors.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { examineDevice } from "../../src/engine/devices/examine-device.ts";
import type { RunInputs } from "../../src/recipes/recipe-kind.ts";
import { RunRecord } from "../../src/recipes/record.ts";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { run } from "../../src/recipes/run.ts";

/** The whole line on the stand-in, with trainings of a few steps: nothing is learned, everything happens. */
const tiny = resolveRecipe({
  recipe: "segment",
  seeds: 1,
  workers: 2,
  simulate: { pairs: 8 },
  generator: { steps: 10, compareVanilla: false },
  segmenter: { steps: 12 },
  labelledImages: [],
});

const base = await mkdtemp(join(tmpdir(), "fantascope-run-"));
afterAll(() => rm(base, { recursive: true, force: true }));
const whole = join(base, "whole");
let record: RunRecord;

beforeAll(async () => {
  ({ record } = await run(tiny, whole, { command: "test" }));
}, 300_000);

describe("run", () => {
  it("leaves a record that follows its schema, with every arm scored on the same images", () => {
    expect(() => RunRecord.parse(JSON.parse(JSON.stringify(record)))).not.toThrow();
    expect(record.arms.map(({ name }) => name)).toEqual([
      "classical",
      "simulated",
      "dct-input",
      "dct-cycled",
      "combined",
      "real-all",
    ]);
    // Real labels are at hand, so the generated ones are read by a segmenter that learned from them.
    for (const { agreement } of record.audits) expect(agreement?.score.n).toBeGreaterThan(0);
    for (const { scores } of record.arms)
      for (const { n, value, low, high } of scores) {
        expect(n).toBe(16);
        expect(low).toBeLessThanOrEqual(value + 1e-12);
        expect(high).toBeGreaterThanOrEqual(value - 1e-12);
      }
  });

  it("says where networks were computed", () => {
    expect(record.machine.device).toBe("cpu");
  });

  it("replaces a device that is not there, and warns before the work and in the record", async (context) => {
    const cuda = await examineDevice("cuda");
    if (cuda.works) context.skip("CUDA works here");
    const stop = new AbortController();
    const plans: RunInputs[] = [];
    const onPlan = (inputs: RunInputs) => {
      plans.push(inputs);
      stop.abort();
    };
    const folder = join(base, "elsewhere");
    const stopped = run({ ...tiny, device: "cuda" }, folder, { command: "test", signal: stop.signal, onPlan });
    await expect(stopped).rejects.toThrow(CancelledError);
    expect(plans[0]).toMatchObject({ device: { asked: "cuda", used: "cpu" } });
    expect(plans[0]!.plan.warnings[0]).toMatch(/^cuda does not work here: .+ Computing on cpu\.$/);
  });

  it("says of stand-in images that they are none from a microscope", () => {
    expect(record.data.filter(({ role }) => role.startsWith("real")).every(({ standIn }) => standIn)).toBe(true);
  });

  it("leaves labelled synthetic sets that say so inside every file", async () => {
    const dataset = await openDataset(join(whole, "synthetic", "dct-cycled-0"));
    expect(dataset.length).toBe(8);
    const { provenance, annotations } = await dataset.get(3);
    expect(provenance).toMatchObject({ origin: "synthetic", method: "cyclegan", seed: 0, index: 3 });
    expect(annotations.instances).toBeDefined();
  });

  it("continues after a stop to the same bits", async () => {
    const folder = join(base, "stopped");
    const stop = new AbortController();
    let seen = 0;
    const stopped = run(tiny, folder, {
      command: "test",
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage.startsWith("train segmenter") && ++seen === 2) stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow(CancelledError);
    const { record: continued } = await run(tiny, folder, { command: "test" });
    expect(continued.arms).toEqual(record.arms);
    const models = await readdir(join(whole, "models"));
    expect(models.length).toBeGreaterThan(5);
    for (const model of models)
      expect(await readFile(join(folder, "models", model)), model).toEqual(
        await readFile(join(whole, "models", model)),
      );
  }, 300_000);

  it("refuses the folder of another recipe and names the difference", async () => {
    const other = { ...tiny, seed: 5 };
    await expect(run(other, whole, { command: "test" })).rejects.toThrow(OutputError);
    await expect(run(other, whole, { command: "test" })).rejects.toThrow(/seed differs/);
  });

  it("refuses a folder that holds something else", async () => {
    await expect(run(tiny, join(whole, "models"), { command: "test" })).rejects.toThrow(/new or empty folder/);
  });
});
