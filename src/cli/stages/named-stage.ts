import type { WorkOptions } from "../../core/progress.ts";

/** The same options, with every progress told under this name. */
export function namedStage({ onProgress, ...options }: WorkOptions, stage: string): WorkOptions {
  return onProgress ? { ...options, onProgress: (progress) => onProgress({ ...progress, stage }) } : options;
}
