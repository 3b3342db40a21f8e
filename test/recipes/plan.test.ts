import { describe, expect, it } from "vitest";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { workerMemoryMb } from "../../src/recipes/run-memory.ts";
import { planSegment } from "../../src/recipes/segment/plan.ts";
import type { SegmentRecipe } from "../../src/recipes/segment/recipe.ts";
import { segmentTrainings } from "../../src/recipes/segment/trainings.ts";

const stepSeconds = { segmenter: 0.14, cyclegan: 0.17 };
const plan = (recipe: object, more: object = {}) =>
  planSegment(resolveRecipe({ recipe: "segment", ...recipe }), {
    labelled: 44,
    scored: true,
    workers: 2,
    stepSeconds,
    workerMb: 500,
    memory: { totalMb: 16_000, freeMb: 8000 },
    ...more,
  });

describe("memory of a run", () => {
  it("is that of the program and of all workers in their largest training", () => {
    expect(plan({}, { workers: 2 }).expectedMemoryMb - plan({}, { workers: 1 }).expectedMemoryMb).toBe(500);
    expect(plan({}, { workerMb: 2000 }).expectedMemoryMb - plan({}, { workerMb: 1000 }).expectedMemoryMb).toBe(2000);
  });

  it("is told before anything starts when there is less of it", () => {
    const warnings = (freeMb: number) => plan({ minutes: 10_000 }, { memory: { totalMb: 8000, freeMb } }).warnings;
    expect(warnings(1250)).toEqual([]);
    expect(warnings(1000).join()).toMatch(/needs about 1\.1 GB of memory and 1\.0 GB are free.*--workers 1,/);
    expect(warnings(600).join()).toMatch(/even one worker does not fit/);
  });

  it("of a worker is estimated from the largest of its trainings, without training", async () => {
    const small = resolveRecipe({ recipe: "segment" }) as SegmentRecipe;
    const { segmenter, cyclegan } = segmentTrainings(small);
    const [one, other, both] = [
      await workerMemoryMb([segmenter]),
      await workerMemoryMb([cyclegan]),
      await workerMemoryMb([segmenter, cyclegan]),
    ];
    expect(both).toBe(Math.max(one, other));
    expect(both).toBeGreaterThan(380);
    expect(both).toBeLessThan(550);
  });
});

describe("planSegment", () => {
  it("has every job after the jobs it needs, and each of them once", () => {
    const { jobs } = plan({ minutes: 60 });
    const seen = new Set<string>();
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
    let left = [...jobs];
    while (left.length > 0) {
      const ready = left.filter(({ after }) => after.every((id) => seen.has(id)));
      expect(ready.length, `stuck before ${left.map(({ id }) => id).join(", ")}`).toBeGreaterThan(0);
      for (const { id } of ready) seen.add(id);
      left = left.filter(({ id }) => !seen.has(id));
    }
  });

  it("without a generator simulates alone: three arms, and real images beside simulated ones", () => {
    const { arms, variants, jobs, expectedMinutes } = plan({ generator: { kind: "none" }, labelledImages: [5] });
    expect(variants).toEqual([]);
    expect(arms.map(({ name }) => name)).toEqual(["classical", "simulated", "real-5", "real-5+synthetic", "real-all"]);
    expect(arms[3]!.sources).toEqual([{ kind: "real", images: 5 }, { kind: "simulated" }]);
    expect(new Set(jobs.map(({ kind }) => kind))).toEqual(new Set(["simulate", "fit-segmenter", "score"]));
    expect(expectedMinutes).toBeLessThan(plan({ minutes: 10_000, labelledImages: [5] }).expectedMinutes / 2);
    const unscored = plan({ generator: { kind: "none" } }, { scored: false, labelled: 0 });
    expect(unscored.arms.map(({ name }) => name)).toEqual(["simulated"]);
  });

  it("trains in full when there is time, never more", () => {
    const { segmenterSteps, cycleganSteps, warnings } = plan({ minutes: 10_000 });
    expect([segmenterSteps, cycleganSteps]).toEqual([600, 2000]);
    expect(warnings).toEqual([]);
  });

  it("fits the minutes by fewer steps, and says so", () => {
    const short = plan({ minutes: 20, labelledImages: [] });
    expect(short.expectedMinutes).toBeLessThanOrEqual(20);
    expect(short.segmenterSteps).toBeLessThan(600);
    const hopeless = plan({ minutes: 0.5 });
    expect(hopeless.warnings.join(" ")).toMatch(/needs about \d+ minutes/);
  });

  it("takes steps that the recipe names, whatever the minutes", () => {
    const { segmenterSteps, cycleganSteps } = plan({ minutes: 1, generator: { steps: 33 }, segmenter: { steps: 22 } });
    const { warnings } = plan({ minutes: 1, generator: { steps: 3300 }, segmenter: { steps: 2200 } });
    expect(warnings.join(" ")).toMatch(
      /needs about \d+ minutes for the steps that the recipe asks for; 1 were asked for/,
    );
    expect(warnings.join(" ")).not.toContain("less than half");
    expect([segmenterSteps, cycleganSteps]).toEqual([22, 33]);
  });

  it("leaves scores and real arms out when there is nothing to score on", () => {
    const { arms, jobs } = plan({}, { scored: false });
    expect(arms.map(({ name }) => name)).toEqual(["simulated", "combined"]);
    expect(jobs.some(({ kind }) => kind === "score")).toBe(false);
  });

  it("has the curve over labelled images with and without synthetic data", () => {
    const names = plan({ labelledImages: [2, 5] }).arms.map(({ name }) => name);
    for (const name of ["real-2", "real-2+synthetic", "real-5", "real-5+synthetic", "real-all", "combined"])
      expect(names).toContain(name);
  });

  it("trains the frozen segmenter before a generator that needs it", () => {
    const { jobs } = plan({ generator: { consistencyWeight: 2 } });
    expect(jobs.find(({ id }) => id === "cyclegan-guarded-0")!.after).toContain("segmenter-simulated-0");
  });

  it("shows each remedy by itself: vanilla, low-pass, and low-pass with the frozen segmenter", () => {
    const names = (generator: object) => plan({ generator }).variants.map(({ name }) => name);
    expect(names({})).toEqual(["vanilla", "dct"]);
    expect(names({ consistencyWeight: 2 })).toEqual(["vanilla", "dct", "guarded"]);
    expect(names({ consistencyWeight: 2, lowPass: 1 })).toEqual(["vanilla", "guarded"]);
    expect(names({ consistencyWeight: 2, compareVanilla: false })).toEqual(["guarded"]);
    expect(names({ lowPass: 1 })).toEqual(["vanilla"]);
  });
});
