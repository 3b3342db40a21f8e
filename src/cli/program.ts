import { commandLine } from "./command-line.ts";
import { interruption } from "./interruption.ts";
import { programName } from "./program-name.ts";
import { processTerminal } from "./terminal.ts";

/** The command line in this process and its terminal; the exit code. */
export function program(parameters: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  return commandLine([...parameters], { terminal, signal: interruption(terminal), program: programName() });
}
