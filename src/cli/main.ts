#!/usr/bin/env node
import { commandLine } from "./command-line.ts";
import { interruption } from "./interruption.ts";
import { programName } from "./program-name.ts";
import { processTerminal } from "./terminal.ts";

/** The program: arguments in, exit code out. */

const terminal = processTerminal();
process.exitCode = await commandLine(process.argv.slice(2), {
  terminal,
  signal: interruption(terminal),
  program: programName(),
});
