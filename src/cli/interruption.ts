import type { Terminal } from "./terminal.ts";

/**
 * Signal that is given when the user (Ctrl-C) or the system asks the program to stop.
 *
 * The first request lets the work keep what it has; the second ends the process at once. Nothing is half-written either way.
 */
export function interruption(terminal: Terminal): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => {
      if (stop.signal.aborted) return endBy(name);
      terminal.note("\nStopping as soon as the work is kept … (once more stops at once)\n");
      stop.abort();
    });
  return stop.signal;
}

/** Ends the process by the signal itself. An orderly exit would take native sessions apart that are at work, which ends in a complaint of theirs. */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
