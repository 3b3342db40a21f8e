import type { Command } from "commander";
import type { Terminal } from "./terminal.ts";

/** What a command works with besides its own options. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Given when the work should stop. */
  readonly signal: AbortSignal;
  /** How the program is called here; begins every command that is printed. */
  readonly program: string;
  /** The command as it was typed, for records and for "the same command continues". */
  readonly typed: string;
  /** How the command ends when nothing is thrown; one that finds a fault sets it. */
  exitCode: number;
}

/** A command of the program: how it is called, and what it does. Its work is imported when it is called, so that help comes at once. */
export type CommandMaker = (context: CommandContext) => Command;
