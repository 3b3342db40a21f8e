import type { Job } from "../job.ts";
import type { Memory } from "../machine.ts";
import type { Plan } from "../recipe-kind.ts";
import { runMemory } from "../run-memory.ts";
import { scaledSteps, withinMinutes } from "../within-minutes.ts";
import type { SuperResolveArm } from "./arms.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** Seconds that each piece of work takes on this machine, with one thread. */
export interface SuperResolveSeconds {
  /** One training step of the diffusion model. */
  readonly diffusion: number;
  /** One training step of a super-resolver. */
  readonly superResolver: number;
  /** One generated image. */
  readonly image: number;
}

/** Kinds of work. */
export type SuperResolveJobKind = "simulate" | "fit-diffusion" | "generate" | "fit-super-resolver" | "score";

interface SuperResolveJob extends Job {
  readonly kind: SuperResolveJobKind;
}

/** Work of the recipe `super-resolve`: what is trained for how long. */
export interface SuperResolvePlan extends Plan {
  readonly arms: readonly SuperResolveArm[];
  readonly diffusionSteps: number;
  readonly superResolverSteps: number;
}

/** Steps of the full preset, and the fewest with which a training is worth its name. */
const FULL = {
  diffusion: 6000,
  /** By scale. Enlarging is learned from fewer poor pixels per step, whose steps cost less in turn: at ×4 1500 are far too few (docs/results.md). */
  superResolver: { 1: 1500, 2: 3000, 4: 6000 },
};
const FEWEST = { diffusion: 400, superResolver: 150 };

/** What everything else takes, roughly, on one core. */
const SECONDS = { simulate: 0.01, audit: 30, open: 2, score: 10, around: 20 };

/** What a plan depends on besides its recipe: the arms that the data allow, and this machine. */
export interface SuperResolvePlanContext {
  readonly arms: readonly SuperResolveArm[];
  readonly workers: number;
  readonly seconds: SuperResolveSeconds;
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
export function planSuperResolve(
  recipe: SuperResolveRecipe,
  { arms, workers, seconds, workerMb, memory }: SuperResolvePlanContext,
): SuperResolvePlan {
  const seeds = Array.from({ length: recipe.seeds }, (_, k) => recipe.seed + k);
  const learned = arms.filter((arm) => arm.sources.length > 0).length;
  const cost = (share: number) => {
    const superResolverSteps =
      recipe.superResolver.steps ?? scaledSteps(FULL.superResolver[recipe.scale], FEWEST.superResolver, share);
    const diffusionSteps = recipe.generator.steps ?? scaledSteps(FULL.diffusion, FEWEST.diffusion, share);
    const perSeed =
      diffusionSteps * seconds.diffusion +
      recipe.generator.images * (seconds.image + SECONDS.simulate) +
      SECONDS.audit +
      learned * (superResolverSteps * seconds.superResolver + SECONDS.open + SECONDS.score);
    return {
      superResolverSteps,
      diffusionSteps,
      minutes: ((seeds.length * perSeed) / workers / 0.9 + SECONDS.around) / 60,
    };
  };
  const { found, warnings } = withinMinutes(recipe.minutes, cost, "generated images will look worse than possible.");
  const { superResolverSteps, diffusionSteps, minutes } = found;
  const jobs = seeds.flatMap((seed) => jobsOfSeed(seed, { recipe, arms, seconds, superResolverSteps, diffusionSteps }));
  for (const arm of arms.filter(({ sources }) => sources.length === 0)) jobs.push(scoreJob(arm.name, seeds[0]!, []));
  const { expectedMemoryMb, warnings: ofMemory } = runMemory(workers, { workerMb, memory });
  return {
    arms,
    seeds,
    workers,
    jobs,
    diffusionSteps,
    superResolverSteps,
    expectedMinutes: minutes,
    expectedMemoryMb,
    warnings: [...warnings, ...ofMemory],
  };
}

interface SeedContext {
  readonly recipe: SuperResolveRecipe;
  readonly arms: readonly SuperResolveArm[];
  readonly seconds: SuperResolveSeconds;
  readonly superResolverSteps: number;
  readonly diffusionSteps: number;
}

/** All work of one seed. */
function jobsOfSeed(seed: number, { recipe, arms, seconds, ...steps }: SeedContext): SuperResolveJob[] {
  const job = (kind: SuperResolveJobKind, subject: string, more: Pick<Job, "id" | "title" | "after" | "seconds">) => ({
    kind,
    subject,
    seed,
    ...more,
  });
  const jobs: SuperResolveJob[] = [
    job("fit-diffusion", "diffusion", {
      id: `diffusion-${seed}`,
      title: `train diffusion model (seed ${seed})`,
      after: [],
      seconds: steps.diffusionSteps * seconds.diffusion,
    }),
    job("simulate", "mathematical", {
      id: `simulate-${seed}`,
      title: `draw filaments (seed ${seed})`,
      after: [],
      seconds: recipe.generator.images * SECONDS.simulate,
    }),
    job("generate", "generated", {
      id: `generate-${seed}`,
      title: `generate and audit (seed ${seed})`,
      after: [`diffusion-${seed}`],
      seconds: recipe.generator.images * seconds.image + SECONDS.audit,
    }),
  ];
  for (const arm of arms.filter(({ sources }) => sources.length > 0)) {
    const id = `super-resolver-${arm.name}-${seed}`;
    jobs.push(
      job("fit-super-resolver", arm.name, {
        id,
        title: `train super-resolver (${arm.title.toLowerCase()}, seed ${seed})`,
        after: arm.sources.flatMap((source) =>
          source === "generated" ? [`generate-${seed}`] : source === "mathematical" ? [`simulate-${seed}`] : [],
        ),
        seconds: steps.superResolverSteps * seconds.superResolver,
      }),
      scoreJob(arm.name, seed, [id]),
    );
  }
  return jobs;
}

function scoreJob(arm: string, seed: number, after: readonly string[]): SuperResolveJob {
  return {
    id: `score-${arm}-${seed}`,
    kind: "score",
    title: `score on held-out fields (${arm}, seed ${seed})`,
    seed,
    subject: arm,
    after,
    seconds: SECONDS.score,
  };
}
