/**
 * The training loop: steps, checkpoints, one second chance after a divergence, progress, cancellation.
 *
 * A run killed at any moment continues to the same bits, because a step depends on three things alone: the state, the step's index, and
 * a random stream forked from the run's by that index. All three come back from a checkpoint.
 */

import { DivergenceError, OutputError } from "../core/errors.ts";
import { stopIfCancelled, type WorkOptions } from "../core/progress.ts";
import type { Random } from "../core/random.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { fromDevice } from "./from-device.ts";
import { bringHome, replaceIn, type State } from "./step.ts";

/** Loss terms over the course of a training, each at most 500 numbers: means over equal stretches of steps. */
export type TrainingCurves = Readonly<Record<string, readonly number[]>>;

/** What a step is given. */
export interface StepContext {
  /** Stream of this step alone. */
  readonly random: Random;
  /** Factor on the learning rate, a scalar: hand it to {@link Step.run} as `rateScale`. */
  readonly rateScale: Tensor;
}

/** Something besides the state that a checkpoint must keep. */
export interface ExtraState {
  /** Plain data that JSON can hold. */
  save(): unknown;
  load(saved: unknown): void;
}

/** A training. */
export interface TrainOptions extends WorkOptions {
  /** Number of steps. */
  readonly steps: number;
  /** Changed in place; holds the trained numbers afterwards, in JavaScript's memory wherever the steps ran. */
  readonly state: State;
  readonly random: Random;
  /** Does step `index` (from 0) and gives its loss terms by name. */
  readonly step: (index: number, context: StepContext) => Promise<Readonly<Record<string, number>>>;
  /**
   * Asked before every step: whether the training has come to its end already. It must follow from what a checkpoint keeps, so that a training that
   * is continued ends where it would have ended.
   */
  readonly until?: () => boolean;
  /** Where to keep the training; without it a kill loses it. */
  readonly checkpointFile?: string;
  /**
   * How often to keep it. By steps, a run that diverges and is killed still ends in the bits of one that was not killed; by seconds,
   * only a run that does not diverge.
   */
  readonly checkpointEvery?: { readonly steps: number } | { readonly seconds: number };
  readonly extraState?: ExtraState;
  /** Named in progress and errors. */
  readonly stage?: string;
}

/** Factor on the learning rate after a rollback. */
const RATE_AFTER_ROLLBACK = 0.5;

const MAX_CURVE_POINTS = 500;

/**
 * Trains, or continues the training that `checkpointFile` holds.
 *
 * A loss term that is NaN or infinite takes the training back to its last checkpoint, once, with half the learning rate.
 *
 * @returns the course of every loss term
 * @throws {@link DivergenceError} at the second NaN or infinity
 * @throws CancelledError when the signal was given; the training is kept first
 * @throws {@link OutputError} when the checkpoint is of another training, or cannot be written
 */
export async function train(options: TrainOptions): Promise<TrainingCurves> {
  const { steps, state, random, step, checkpointFile, checkpointEvery = { steps: 50 }, onProgress, signal } = options;
  const { stage = "training", until = () => false } = options;
  const keeper = checkpointFile === undefined ? memoryKeeper() : fileKeeper(checkpointFile);
  const run: Run = { index: 0, rollbacks: 0, curves: {} };
  let keptAt = performance.now();
  const keep = (numbers: State) => {
    if (!isFiniteState(numbers)) return; // the last good checkpoint stays
    keeper.keep(checkpointOf(options, numbers, run));
    keptAt = performance.now();
  };
  const isDue = (done: number) =>
    done === steps ||
    until() ||
    ("steps" in checkpointEvery
      ? done % checkpointEvery.steps === 0
      : performance.now() - keptAt >= checkpointEvery.seconds * 1000);

  const found = keeper.last();
  if (found) restore(found, options, run);
  else keep(await fromDevice(state));

  while (run.index < steps && !until()) {
    if (signal?.aborted) {
      await bringHome(state);
      keep(state);
      stopIfCancelled(signal, stage);
    }
    const rateScale: Tensor = { data: Float32Array.of(RATE_AFTER_ROLLBACK ** run.rollbacks), shape: [] };
    const terms = await step(run.index, { random: random.fork("step", run.index), rateScale });
    const kept = isDue(run.index + 1) ? await fromDevice(state) : undefined; // the state itself stays where the next step wants it
    const broken =
      Object.entries(terms).find(([, value]) => !Number.isFinite(value)) ??
      (kept && !isFiniteState(kept) ? (["weights after the step", Number.NaN] as const) : undefined);
    if (broken) {
      if (run.rollbacks > 0) throw diverged(stage, run.index, broken);
      const last = keeper.last();
      if (!last) throw diverged(stage, run.index, broken);
      restore(last, options, run);
      run.rollbacks++;
      keep(state);
      continue;
    }
    for (const [name, value] of Object.entries(terms)) {
      run.curves[name] ??= [];
      run.curves[name].push(value);
    }
    run.index++;
    const [first] = Object.entries(terms);
    onProgress?.({
      stage,
      done: run.index,
      total: steps,
      ...(first ? { note: `${first[0]} ${first[1].toPrecision(3)}` } : {}),
    });
    if (kept) keep(kept);
  }
  await bringHome(state);
  if (run.index < steps) onProgress?.({ stage, done: steps, total: steps, note: `ended after ${run.index} steps` });
  return Object.fromEntries(Object.entries(run.curves).map(([name, values]) => [name, thinned(values)]));
}

/** Where a training stands, besides its state. */
interface Run {
  index: number;
  rollbacks: number;
  curves: Record<string, number[]>;
}

/** Somewhere to keep the last checkpoint. */
interface Keeper {
  keep(checkpoint: Checkpoint): void;
  last(): Checkpoint | undefined;
}

function fileKeeper(file: string): Keeper {
  return { keep: (checkpoint) => saveCheckpoint(file, checkpoint), last: () => loadCheckpoint(file) };
}

/** Keeps bytes, not arrays: callers may change a state's arrays in place. */
function memoryKeeper(): Keeper {
  let bytes: Uint8Array | undefined;
  return {
    keep(checkpoint) {
      bytes = encodeCheckpoint(checkpoint);
    },
    last: () => bytes && decodeCheckpoint(bytes, "checkpoint in memory"),
  };
}

/** Curves travel as tensors beside the state, under names that no variable has. */
const CURVE_PREFIX = "curves//";

function checkpointOf({ random, extraState }: TrainOptions, state: State, run: Run): Checkpoint {
  const curves = Object.entries(run.curves).map(([name, values]): [string, Tensor] => [
    CURVE_PREFIX + name,
    { data: Float32Array.from(values), shape: [values.length] },
  ]);
  return {
    state: new Map([...state, ...curves]),
    metadata: {
      step: `${run.index}`,
      rollbacks: `${run.rollbacks}`,
      random: JSON.stringify(random.state()),
      terms: JSON.stringify(Object.keys(run.curves)),
      ...(extraState ? { extra: JSON.stringify(extraState.save()) } : {}),
    },
  };
}

/** Puts a training back to where a checkpoint was made. @throws {@link OutputError} when that was another training */
function restore({ state: kept, metadata }: Checkpoint, options: TrainOptions, run: Run): void {
  const { state, random, extraState, checkpointFile } = options;
  const refuse = (expected: string, received: string) => {
    throw new OutputError({
      where: checkpointFile ?? "checkpoint in memory",
      expected,
      received,
      fix: "Continue with the settings that began this training, or choose another file.",
    });
  };
  if (metadata.random !== JSON.stringify(random.state())) refuse("a training with this seed", "one with another");
  for (const [name, { shape }] of state) {
    const found = kept.get(name);
    if (!found) refuse(`a training with "${name}"`, "one without it");
    else if (!sameShape(found.shape, shape)) refuse(`"${name}" ${formatShape(shape)}`, formatShape(found.shape));
  }
  run.curves = {};
  // safetensors sorts its tensors; terms keep the order in which the step names them
  for (const term of JSON.parse(metadata.terms ?? "[]") as string[])
    run.curves[term] = [...kept.get(CURVE_PREFIX + term)!.data];
  for (const [name, tensor] of kept) if (!name.startsWith(CURVE_PREFIX)) replaceIn(state, name, tensor);
  if (extraState && metadata.extra !== undefined) extraState.load(JSON.parse(metadata.extra));
  run.index = Number(metadata.step);
  run.rollbacks = Number(metadata.rollbacks);
}

function isFiniteState(state: State): boolean {
  for (const { data } of state.values()) {
    // One sum tells: it is finite unless a number is not, or float64 overflows, which float32 summands cannot make it do.
    let total = 0;
    for (let i = 0; i < data.length; i++) total += data[i]!;
    if (!Number.isFinite(total)) return false;
  }
  return true;
}

function diverged(stage: string, index: number, [term, value]: readonly [string, number]): DivergenceError {
  return new DivergenceError({
    where: `${stage}, step ${index + 1}`,
    expected: `a finite loss term "${term}"`,
    received: `${value}, again after going back once at half the learning rate`,
    fix: "Lower the learning rate, or check the images for NaN and extreme values.",
  });
}

/** Means over equal stretches, at most {@link MAX_CURVE_POINTS} of them. */
function thinned(values: readonly number[]): number[] {
  const points = Math.min(values.length, MAX_CURVE_POINTS);
  return Array.from({ length: points }, (_, i) => {
    const stretch = values.slice(
      Math.floor((i * values.length) / points),
      Math.floor(((i + 1) * values.length) / points),
    );
    return stretch.reduce((total, value) => total + value, 0) / stretch.length;
  });
}
