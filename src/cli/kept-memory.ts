/**
 * What the allocator of most Linux systems, glibc's, does with memory that is freed: keep it.
 *
 * A training step makes and frees arrays as large as its state at every run, and by default each goes back to the system, from which the next one comes
 * page by page. That was a twelfth of a step of a CycleGAN, and as much of a denoiser's (docs/engine.md); the peak of memory is the same.
 */
export const keptMemory: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: `${5 * 2 ** 20}`, // up to 32 MB it saves no more time, and holes between large arrays cost memory
  MALLOC_TRIM_THRESHOLD_: `${2 ** 30}`,
  MALLOC_ARENA_MAX: "1", // or each thread keeps some of its own
};

/** Commands that train one network, alone in the process. Workers that train small ones side by side are slower with it. */
const TRAINING_ALONE: ReadonlySet<string | undefined> = new Set(["fit", "train"]);

/** Starts this program over with {@link keptMemory}, as the same process, where a command trains alone; unless somebody chose for himself. */
export function keepFreedMemory(command: string | undefined): void {
  const isChosen = Object.keys(keptMemory).some((name) => name in process.env);
  if (process.platform !== "linux" || !process.execve || !TRAINING_ALONE.has(command) || isChosen) return;
  const parameters = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, parameters, { ...process.env, ...keptMemory });
}
