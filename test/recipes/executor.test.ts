import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chainSeconds, executeJobs, mostAtOnce } from "../../src/recipes/executor.ts";
import type { Job } from "../../src/recipes/job.ts";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { openRunFolder } from "../../src/recipes/run-folder.ts";

const base = await mkdtemp(join(tmpdir(), "fantascope-executor-"));
afterAll(() => rm(base, { recursive: true, force: true }));

const job = (id: string, after: string[] = []): Job => ({
  id,
  kind: "simulate",
  title: id,
  seed: 0,
  subject: "simulated",
  after,
  seconds: 1,
});

describe("chainSeconds", () => {
  it("adds up the longest chain of work that begins with a job", () => {
    const jobs = [
      { ...job("short"), seconds: 2 },
      { ...job("score", ["short"]), seconds: 1 },
      { ...job("generator"), seconds: 5 },
      { ...job("draw", ["generator"]), seconds: 3 },
      { ...job("train", ["draw", "short"]), seconds: 4 },
    ];
    expect(Object.fromEntries(chainSeconds(jobs))).toEqual({ short: 6, score: 1, generator: 12, draw: 7, train: 4 });
  });
});

describe("mostAtOnce", () => {
  it("adds up what is held side by side", () => {
    const stays = [
      { from: 0, to: 4, megabytes: 3 },
      { from: 1, to: 3, megabytes: 5 },
      { from: 3, to: 6, megabytes: 4 },
    ];
    expect(mostAtOnce(stays)).toBe(8);
    expect(mostAtOnce([])).toBe(0);
  });
});

describe("executeJobs", () => {
  it("passes on why a job failed, and writes no result for it", async () => {
    const folder = await openRunFolder(join(base, "failing"), resolveRecipe({ recipe: "segment" }));
    // Without inputs.json a job has nothing to work with.
    await expect(executeJobs([job("a"), job("b", ["a"])], folder, { workers: 2 })).rejects.toThrow();
    expect(await folder.readJson("checkpoints", "a.json")).toBeUndefined();
    expect(await folder.readJson("checkpoints", "b.json")).toBeUndefined();
  });

  it("passes over jobs whose results are there", async () => {
    const folder = await openRunFolder(join(base, "done"), resolveRecipe({ recipe: "segment" }));
    await folder.writeJson({ images: 1 }, "checkpoints", "a.json");
    expect(await executeJobs([job("a")], folder, { workers: 1 })).toBe(0);
    expect(await folder.readJson("checkpoints", "a.json")).toEqual({ images: 1 });
  });

  it("says so when jobs wait for each other for ever", async () => {
    const folder = await openRunFolder(join(base, "circle"), resolveRecipe({ recipe: "segment" }));
    await expect(executeJobs([job("a", ["b"]), job("b", ["a"])], folder, { workers: 1 })).rejects.toThrow(
      /internal: a waits/,
    );
  });
});
