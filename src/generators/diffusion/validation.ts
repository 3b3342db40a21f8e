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
  /** Standard error of the score, which comes from some images: scores that lie no further apart cannot be told apart. None unless given. */
  readonly error?: number;
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

/** Verdicts so far, and the weights of the chosen one. */
export interface Validation {
  /** Asks the judge, and keeps the weights when they are chosen. @throws {@link DataError} when the score is no number */
  ask(denoiser: DiffusionDenoiser, step: number): Promise<void>;
  readonly scores: () => readonly ValidationScore[];
  /** Why to stop, once somebody said so. */
  readonly stopped: () => string | undefined;
  /** Best weights, under the network's own names, and their step. */
  /** Weights of {@link chosenVerdict}, and their step. */
  readonly chosen: () => { readonly weights: State; readonly step: number } | undefined;
  /** Verdicts for the checkpoint. */
  readonly memory: ExtraState;
}

/** Begins the names of the chosen weights. */
const CHOSEN = "chosen";

/**
 * The latest verdict whose score is within one standard error of the lowest: of states that cannot be told apart, the one that learned longest. A verdict
 * that ended the training is not chosen if there is another.
 *
 * @see Breiman, Friedman, Olshen & Stone, "Classification and regression trees" (1984), section 3.4.3, for the rule of one standard error
 */
export function chosenVerdict(scores: readonly ValidationScore[]): ValidationScore | undefined {
  const going = scores.filter(({ stop }) => stop === undefined);
  const eligible = going.length > 0 ? going : scores;
  const lowest = eligible.reduce<ValidationScore | undefined>((a, b) => (a && a.score <= b.score ? a : b), undefined);
  return eligible.findLast(({ score }) => score <= lowest!.score + (lowest!.error ?? 0));
}

/** Validation of a training by a judge; the chosen weights live in its state as `chosen/NAME`, so that a checkpoint holds them. */
export function validation(state: State, validate: Validate): Validation {
  let scores: ValidationScore[] = [];
  const keep = () => {
    for (const [name, weights] of averagedWeights(state, DENOISER)) state.set(`${CHOSEN}/${name}`, copyOf(weights));
  };
  keep(); // a checkpoint always holds the same names, so going back never leaves weights of later steps
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
      if (chosenVerdict(scores)!.step === step) keep();
    },
    scores: () => scores,
    stopped: () => scores.at(-1)?.stop,
    chosen() {
      const found = chosenVerdict(scores);
      if (!found) return undefined;
      const weights = [...state].filter(([name]) => name.startsWith(`${CHOSEN}/`));
      return { weights: new Map(weights.map(([name, t]) => [name.slice(CHOSEN.length + 1), t])), step: found.step };
    },
    memory: {
      save: () => scores,
      load: (saved) => {
        scores = saved as ValidationScore[];
      },
    },
  };
}
