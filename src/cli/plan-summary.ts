import type { RunInputs } from "../recipes/jobs/context.ts";
import type { SegmentRecipe } from "../recipes/recipe.ts";
import { formatCounted, formatDuration, formatList, formatMemory } from "../report/format.ts";
import { shownPath } from "./shown-path.ts";

/** Memory of the program itself, and of each worker while it trains the largest network of the recipe, in MB. */
const MEMORY_MB = {
  base: 200,
  worker: { compact: 350, resnet6: 1200, resnet9: 1700 } satisfies Record<
    SegmentRecipe["generator"]["networks"],
    number
  >,
};

/** Memory that a run is expected to hold at its peak. */
export function expectedMemoryMb({ recipe, plan }: Pick<RunInputs, "recipe" | "plan">): number {
  return MEMORY_MB.base + plan.workers * MEMORY_MB.worker[recipe.generator.networks];
}

/** What is going to be done, before it is done: so that nobody waits for the wrong thing. */
export function planSummary({ recipe, plan, realFolder, testFolder }: RunInputs, out: string): string {
  const isStandIn = recipe.real === undefined;
  const { arms, seeds, workers, segmenterSteps, cycleganSteps, variants } = plan;
  const trained = plan.jobs.filter(({ kind }) => kind === "fit-segmenter").length;
  const generators = plan.jobs.filter(({ kind }) => kind === "fit-cyclegan").length;
  const scored = plan.jobs.some(({ kind }) => kind === "score");
  const rows: [string, string][] = [
    ["learn from", isStandIn ? "the stand-in microscope (simulated images, not real ones)" : shownPath(realFolder)],
    [
      "score on",
      scored && testFolder
        ? isStandIn
          ? "the stand-in microscope's test images"
          : shownPath(testFolder)
        : "nothing: no labelled test images",
    ],
    ["arms", `${arms.length}: ${formatList(arms.map(({ title }) => title))}`],
    ["seeds", `${formatList(seeds.map(String))}, on ${formatCounted(workers, "worker")}`],
    [
      "training",
      `${formatCounted(generators, "CycleGAN")} of ${cycleganSteps} steps (${formatList(variants.map(({ name }) => name))}), ${formatCounted(trained, "segmenter")} of ${segmenterSteps} steps`,
    ],
    [
      "expected",
      `about ${formatDuration(Math.ceil(plan.expectedMinutes) * 60).replace(" 0 s", "")} and ${formatMemory(expectedMemoryMb({ recipe, plan }))} of memory on this machine`,
    ],
    ["into", shownPath(out)],
  ];
  return [
    "Plan",
    ...rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`),
    ...plan.warnings.map((warning) => `  Note: ${warning}`),
    "",
    "",
  ].join("\n");
}
