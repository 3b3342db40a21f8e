import { analyseStep, stepMemory } from "../engine/diagnostics/index.ts";
import type { StepGraph } from "../engine/step.ts";
import type { Memory } from "./machine.ts";

/** A training: its step, or the steps that run in turn on one state. */
export type Training = StepGraph | readonly StepGraph[];

/**
 * Memory of the program itself, and of a worker besides the training in it: its JavaScript, its images, the runtime. Chosen so that estimates agree with
 * what the system says: 1.06 and 1.08 of the most that a program and two workers with `compact` and `resnet6` held at once, pages that they share counted once.
 */
const MEMORY_MB = { program: 150, worker: 330 };

/** A checkpoint is one more copy of a state. */
const WITH_CHECKPOINT = 2;

/** Memory of a worker in MB while it is busy with the largest of these trainings, estimated; nothing is trained for it. */
export async function workerMemoryMb(trainings: readonly Training[]): Promise<number> {
  let largest = 0;
  for (const training of trainings) {
    const { arraysMb, stateMb } = stepMemory(await analyseStep(training, { processMb: 0 }));
    largest = Math.max(largest, arraysMb + WITH_CHECKPOINT * stateMb);
  }
  return MEMORY_MB.worker + largest;
}

/**
 * Memory of a run at its peak, all workers at once in their largest training, in MB; and a warning when there is less of it here.
 *
 * @param workerMb memory of one worker, by {@link workerMemoryMb}
 */
export function runMemory(
  workers: number,
  { workerMb, memory }: { readonly workerMb: number; readonly memory: Memory },
): { readonly expectedMemoryMb: number; readonly warnings: readonly string[] } {
  const expectedMemoryMb = MEMORY_MB.program + workers * workerMb;
  if (expectedMemoryMb <= memory.freeMb) return { expectedMemoryMb, warnings: [] };
  const fitting = Math.floor((memory.freeMb - MEMORY_MB.program) / workerMb);
  const advice =
    fitting >= 1
      ? `start again with --workers ${fitting}, or close other programs.`
      : "even one worker does not fit: take smaller networks, or another machine.";
  return {
    expectedMemoryMb,
    warnings: [
      `This run needs about ${gigabytes(expectedMemoryMb)} GB of memory and ${gigabytes(memory.freeMb)} GB are free, so it may be ended half-way; ${advice}`,
    ],
  };
}

function gigabytes(megabytes: number): string {
  return (megabytes / 1000).toFixed(1);
}
