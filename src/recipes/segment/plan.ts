import type { Job } from "../job.ts";
import type { Memory } from "../machine.ts";
import type { Plan } from "../recipe-kind.ts";
import { runMemory } from "../run-memory.ts";
import { scaledSteps, withinMinutes } from "../within-minutes.ts";
import { type GeneratorVariant, generatorVariants, type SegmentArm, segmentArms } from "./arms.ts";
import type { SegmentRecipe } from "./recipe.ts";

/** Seconds that one training step takes on this machine, with one thread. */
export interface SegmentStepSeconds {
  readonly segmenter: number;
  readonly cyclegan: number;
}

/** Kinds of work. */
export type SegmentJobKind = "simulate" | "fit-segmenter" | "fit-cyclegan" | "generate" | "score";

/** A job of the recipe `segment`. */
interface SegmentJob extends Job {
  readonly kind: SegmentJobKind;
}

/** Work of the recipe `segment`: what is trained for how long. */
export interface SegmentPlan extends Plan {
  readonly arms: readonly SegmentArm[];
  readonly variants: readonly GeneratorVariant[];
  readonly segmenterSteps: number;
  readonly cycleganSteps: number;
}

/** Steps of the full preset, and the fewest with which a training is worth its name. */
const FULL = { segmenter: 600, cyclegan: 2000 };
const FEWEST = { segmenter: 120, cyclegan: 250 };

/** What everything else takes, roughly, on one core: per image pair, per training, per scored arm, and before and after all of it. */
const SECONDS = { simulate: 0.02, generate: 0.06, open: 2, score: 5, around: 20 };

/** What a plan depends on besides its recipe: the data, and this machine. */
export interface SegmentPlanContext {
  /** Labelled images to learn from. */
  readonly labelled: number;
  /** Whether there are labelled images to score on. */
  readonly scored: boolean;
  readonly workers: number;
  readonly stepSeconds: SegmentStepSeconds;
  /** Memory of one worker in its largest training. */
  readonly workerMb: number;
  readonly memory: Memory;
}

/**
 * Work of a recipe within its minutes.
 *
 * Steps of both trainings are scaled by one factor until the expected time fits; never above the full preset, never below a floor. Memory is
 * not made to fit: when there is too little, the plan warns.
 */
export function planSegment(
  recipe: SegmentRecipe,
  { labelled, scored, workers, stepSeconds, workerMb, memory }: SegmentPlanContext,
): SegmentPlan {
  const arms = segmentArms(recipe, scored ? labelled : 0).filter((arm) => scored || needed(arm));
  const variants = generatorVariants(recipe).filter((variant) => usedBy(arms, variant.name));
  const seeds = Array.from({ length: recipe.seeds }, (_, k) => recipe.seed + k);
  const learned = arms.filter((arm) => arm.sources.length > 0).length;
  const cost = (scale: number) => {
    const segmenterSteps = recipe.segmenter.steps ?? scaledSteps(FULL.segmenter, FEWEST.segmenter, scale);
    const cycleganSteps = recipe.generator.steps ?? scaledSteps(FULL.cyclegan, FEWEST.cyclegan, scale);
    const perSeed =
      learned * segmenterSteps * stepSeconds.segmenter + variants.length * cycleganSteps * stepSeconds.cyclegan;
    const making = recipe.simulate.pairs * (SECONDS.simulate + variants.length * SECONDS.generate);
    const opening = (learned + variants.length) * SECONDS.open;
    const scoring = scored ? arms.length * SECONDS.score : 0;
    const busy = (seeds.length * (perSeed + making + opening + scoring)) / workers / 0.9;
    return { segmenterSteps, cycleganSteps, minutes: (busy + SECONDS.around) / 60 };
  };
  const { found, warnings } = withinMinutes(recipe.minutes, cost, "scores will be lower and noisier than possible.");
  const { segmenterSteps, cycleganSteps, minutes } = found;
  const jobs = seeds.flatMap((seed) =>
    jobsOfSeed(seed, { arms, variants, segmenterSteps, cycleganSteps, stepSeconds, recipe, scored }),
  );
  if (scored && arms.some((arm) => arm.name === "classical")) jobs.push(scoreJob("classical", seeds[0]!, []));
  const { expectedMemoryMb, warnings: ofMemory } = runMemory(workers, { workerMb, memory });
  const expected = { expectedMinutes: minutes, expectedMemoryMb, warnings: [...warnings, ...ofMemory] };
  return { arms, variants, seeds, segmenterSteps, cycleganSteps, workers, jobs, ...expected };
}

/** Without a test set only the arms that a user would take home are trained. */
function needed(arm: SegmentArm): boolean {
  return arm.name === "simulated" || arm.name === "combined";
}

function usedBy(arms: readonly SegmentArm[], generator: string): boolean {
  return arms.some((arm) =>
    arm.sources.some((source) => source.kind === "generated" && source.generator === generator),
  );
}

interface SeedContext {
  readonly arms: readonly SegmentArm[];
  readonly variants: readonly GeneratorVariant[];
  readonly segmenterSteps: number;
  readonly cycleganSteps: number;
  readonly stepSeconds: SegmentStepSeconds;
  readonly recipe: SegmentRecipe;
  readonly scored: boolean;
}

/** All work of one seed. The long trainings come first, so that the workers end together. */
function jobsOfSeed(seed: number, context: SeedContext): SegmentJob[] {
  const { arms, variants, stepSeconds, recipe } = context;
  const jobs: SegmentJob[] = [
    {
      id: `simulate-${seed}`,
      kind: "simulate",
      title: `simulate (seed ${seed})`,
      seed,
      subject: "simulated",
      after: [],
      seconds: recipe.simulate.pairs * SECONDS.simulate,
    },
  ];
  for (const variant of variants) {
    const after =
      variant.consistencyWeight > 0 ? [`simulate-${seed}`, `segmenter-simulated-${seed}`] : [`simulate-${seed}`];
    jobs.push({
      id: `cyclegan-${variant.name}-${seed}`,
      kind: "fit-cyclegan",
      title: `train CycleGAN (${variant.name}, seed ${seed})`,
      seed,
      subject: variant.name,
      after,
      seconds: context.cycleganSteps * stepSeconds.cyclegan,
    });
  }
  // The segmenter trained on real labels says from outside how true the generated labels are.
  const outsider = arms.some(({ name }) => name === "real-all") ? [`segmenter-real-all-${seed}`] : [];
  for (const variant of variants)
    jobs.push({
      id: `generate-${variant.name}-${seed}`,
      kind: "generate",
      title: `generate and audit (${variant.name}, seed ${seed})`,
      seed,
      subject: variant.name,
      after: [`cyclegan-${variant.name}-${seed}`, `segmenter-simulated-${seed}`, ...outsider],
      seconds: recipe.simulate.pairs * SECONDS.generate,
    });
  for (const arm of arms.filter(({ sources }) => sources.length > 0)) {
    const after = arm.sources.flatMap((source) =>
      source.kind === "simulated"
        ? [`simulate-${seed}`]
        : source.kind === "generated"
          ? [`generate-${source.generator}-${seed}`]
          : [],
    );
    const id = `segmenter-${arm.name}-${seed}`;
    jobs.push({
      id,
      kind: "fit-segmenter",
      title: `train segmenter (${arm.title.toLowerCase()}, seed ${seed})`,
      seed,
      subject: arm.name,
      after,
      seconds: context.segmenterSteps * stepSeconds.segmenter,
    });
    if (context.scored) jobs.push(scoreJob(arm.name, seed, [id]));
  }
  return jobs;
}

function scoreJob(arm: string, seed: number, after: readonly string[]): SegmentJob {
  return {
    id: `score-${arm}-${seed}`,
    kind: "score",
    title: `score on real images (${arm}, seed ${seed})`,
    seed,
    subject: arm,
    after,
    seconds: SECONDS.score,
  };
}
