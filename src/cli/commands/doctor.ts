import { Command } from "commander";
import type { CommandMaker } from "../command-context.ts";

const HELP = `
Example:
  $ fantascope doctor

Where it goes:
  the terminal; nothing is kept
Exit code 1 says that the program cannot work here.`;

/** `fantascope doctor`: whether the program can work on this machine. */
export const doctorCommand: CommandMaker = (context) =>
  new Command("doctor")
    .summary("whether everything works on this machine")
    .description("Examines machine, Node, onnxruntime, memory and disk, and trains a small network for a few seconds.")
    .addHelpText("after", HELP)
    .action(async () => {
      const { examineMachine } = await import("../stages/examine-machine.ts");
      const { diagnosis } = await import("../diagnosis.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { FOUND_FAULT } = await import("../exit-code.ts");
      const findings = await withProgress(context, examineMachine);
      context.terminal.print(diagnosis(findings));
      if (findings.some(({ state }) => state === "bad")) context.exitCode = FOUND_FAULT;
    });
