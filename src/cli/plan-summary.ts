import type { RunInputs } from "../recipes/jobs/context.ts";
import type { SegmentRecipe } from "../recipes/recipe.ts";
import { formatCounted, formatList, formatMemory } from "../report/format.ts";
import { shownPath } from "./shown-path.ts";
import { wrapped } from "./wrapped.ts";

/** Memory of the program itself, and of each worker while it trains the largest network of a recipe; measured, in MB. */
const MEMORY_MB = {
  base: 250,
  worker: { compact: 480, resnet6: 1700, resnet9: 2200 } satisfies Record<
    SegmentRecipe["generator"]["networks"],
    number
  >,
};

/** Memory that a run is expected to hold at its peak. */
export function expectedMemoryMb({ recipe, plan }: Pick<RunInputs, "recipe" | "plan">): number {
  return MEMORY_MB.base + plan.workers * MEMORY_MB.worker[recipe.generator.networks];
}

/** What is going to be done, before it is done: so that nobody waits for the wrong thing. */
export function planSummary(inputs: RunInputs, out: string): string {
  const { plan } = inputs;
  const { arms, seeds, workers, segmenterSteps, cycleganSteps, variants } = plan;
  const count = (kind: string) => plan.jobs.filter((job) => job.kind === kind).length;
  const rows: [string, string][] = [
    ["learn from", learnedFrom(inputs)],
    ["score on", scoredOn(inputs)],
    ["arms", arms.map(({ title }) => title).join(" · ")],
    ["seeds", `${formatList(seeds.map(String))}, on ${formatCounted(workers, "worker")}`],
    [
      "training",
      `${formatCounted(count("fit-cyclegan"), "CycleGAN")} of ${cycleganSteps} steps (${formatList(variants.map(({ name }) => name))}), ${formatCounted(count("fit-segmenter"), "segmenter")} of ${segmenterSteps} steps`,
    ],
    ["expected", `about ${minutes(plan.expectedMinutes)} and ${formatMemory(expectedMemoryMb(inputs))} of memory here`],
    ["into", shownPath(out)],
  ];
  return [
    "Plan",
    ...rows.map(([name, value]) => wrapped(`  ${name.padEnd(11)} ${value}`, { indent: " ".repeat(14) })),
    ...plan.warnings.map((warning) => wrapped(`  Note: ${warning}`, { indent: "  " })),
    "",
    "",
  ].join("\n");
}

function learnedFrom({ recipe, realFolder }: RunInputs): string {
  return recipe.real === undefined
    ? "the stand-in microscope (simulated images, not real ones)"
    : shownPath(realFolder);
}

function scoredOn({ recipe, plan, testFolder }: RunInputs): string {
  if (!testFolder || plan.jobs.every(({ kind }) => kind !== "score"))
    return "nothing: there are no labelled test images";
  return recipe.real === undefined ? "other images of the stand-in microscope" : shownPath(testFolder);
}

function minutes(count: number): string {
  const whole = Math.max(1, Math.round(count));
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}
