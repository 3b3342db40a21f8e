import type { WorkOptions } from "../core/progress.ts";
import type { CommandContext } from "./command-context.ts";
import { progressLine } from "./progress-line.ts";

/** Result of some work, whose progress is shown while it goes on and which stops when the user asks. */
export async function withProgress<T>(
  { terminal, signal }: CommandContext,
  work: (options: WorkOptions) => Promise<T>,
): Promise<T> {
  const line = progressLine(terminal);
  try {
    return await work({ signal, onProgress: line.onProgress });
  } finally {
    line.clear();
  }
}
