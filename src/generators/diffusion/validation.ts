import { DataError } from "../../core/errors.ts";
import { copyOf } from "../../core/tensor.ts";
import { averagedWeights } from "../../engine/ema.ts";
import type { State } from "../../engine/step.ts";
import type { ExtraState } from "../../engine/train.ts";
import { DENOISER } from "./network.ts";
import type { DiffusionDenoiser } from "./open-diffusion.ts";

/** What somebody thinks of a generator on the way. */
export interface Verdict {
  /** Lower is better, such as KID against held-out images. */
  readonly score: number;
  /** Why training should end now, such as that it begins to repeat training images. */
  readonly stop?: string;
}

/**
 * Judge of a generator with the averaged weights of a step; the denoiser is released afterwards.
 *
 * A continued training may ask again about a step: give the same answer.
 */
export type Validate = (denoiser: DiffusionDenoiser, step: number) => Promise<Verdict>;

/** A verdict that was given. */
export interface ValidationScore extends Verdict {
  readonly step: number;
}

/** Verdicts so far, and the weights of the best one. */
export interface Validation {
  /** Asks the judge, and keeps the weights when they are the best so far. @throws {@link DataError} when the score is no number */
  ask(denoiser: DiffusionDenoiser, step: number): Promise<void>;
  readonly scores: () => readonly ValidationScore[];
  /** Why to stop, once somebody said so. */
  readonly stopped: () => string | undefined;
  /** Best weights, under the network's own names, and their step. */
  readonly best: () => { readonly weights: State; readonly step: number } | undefined;
  /** Verdicts for the checkpoint. */
  readonly memory: ExtraState;
}

/** Begins the names of the best weights. */
const BEST = "best";

/** Validation of a training by a judge; the best weights live in its state as `best/NAME`, so that a checkpoint holds them. */
export function validation(state: State, validate: Validate): Validation {
  let scores: ValidationScore[] = [];
  const keep = () => {
    for (const [name, weights] of averagedWeights(state, DENOISER)) state.set(`${BEST}/${name}`, copyOf(weights));
  };
  keep(); // a checkpoint always holds the same names, so going back never leaves weights of later steps
  const best = () =>
    scores.reduce<ValidationScore | undefined>((low, one) => (low && low.score <= one.score ? low : one), undefined);
  return {
    async ask(denoiser, step) {
      const verdict = await validate(denoiser, step);
      if (!Number.isFinite(verdict.score))
        throw new DataError({
          where: `validation of the generator at step ${step}`,
          expected: "a finite score",
          received: `${verdict.score}`,
        });
      scores.push({ ...verdict, step });
      if (best()!.step === step) keep();
    },
    scores: () => scores,
    stopped: () => scores.at(-1)?.stop,
    best() {
      const found = best();
      if (!found) return undefined;
      const weights = [...state].filter(([name]) => name.startsWith(`${BEST}/`));
      return { weights: new Map(weights.map(([name, t]) => [name.slice(BEST.length + 1), t])), step: found.step };
    },
    memory: {
      save: () => scores,
      load: (saved) => {
        scores = saved as ValidationScore[];
      },
    },
  };
}
