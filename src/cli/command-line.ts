import { Command, CommanderError } from "commander";
import type { CommandContext } from "./command-context.ts";
import { commands } from "./commands/index.ts";
import { failure, WRONG_INPUT } from "./exit-code.ts";
import { version } from "./version.ts";

const INTRODUCTION = `Makes labelled training images from a few unlabelled microscope images, trains a segmenter on them,
and proves on real images that it did not learn from whether that helped.`;

const FIRST_STEPS = `
First steps:
  $ fantascope demo                              the whole line on simulated images, in five minutes
  $ fantascope check my-images                   what the program sees in your folder
  $ fantascope run segment --real my-images      the same line on your images
  $ fantascope run super-resolve                 the line for super-resolution, on a stand-in microscope

"fantascope COMMAND --help" says what a command takes, with an example and where its output goes.
From a clone of the repository, write "node scripts/fantascope.mjs" for "fantascope".
Exit codes: 0 done, 1 a fault was found, 2 wrong input, 70 a fault of the program, 130 stopped by you.`;

/** The program with all its commands. */
export function program(context: CommandContext): Command {
  const { terminal } = context;
  const root = new Command("fantascope")
    .description(INTRODUCTION)
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText("after", FIRST_STEPS);
  for (const make of commands) root.addCommand(make(context));
  for (const command of [root, ...root.commands])
    command
      .helpOption("-h, --help", "print this help")
      .exitOverride()
      .configureOutput({
        writeOut: (text) => terminal.print(text),
        writeErr: (text) => terminal.note(text),
        getOutHelpWidth: () => 110,
        getErrHelpWidth: () => 110,
        outputError: (text, write) => write(text.replace(/^error/, "Error")),
      })
      .showHelpAfterError(`See fantascope ${command === root ? "" : `${command.name()} `}--help.`);
  return root;
}

/**
 * Does what the arguments say.
 *
 * @param argv arguments without the program's name
 * @returns the exit code; see `exit-code.ts`
 */
export async function commandLine(
  argv: readonly string[],
  {
    terminal,
    signal,
    program: name = "fantascope",
  }: Pick<CommandContext, "terminal" | "signal"> & { readonly program?: string },
): Promise<number> {
  const context: CommandContext = {
    terminal,
    signal,
    program: name,
    typed: [name, ...argv.map(quoted)].join(" "),
    exitCode: 0,
  };
  try {
    await program(context).parseAsync(argv.length === 0 ? ["--help"] : [...argv], { from: "user" });
    return context.exitCode;
  } catch (error) {
    // commander has said already what is wrong; help and version end here too, with code 0
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_INPUT;
    const { code, text } = failure(error, context.typed);
    terminal.note(text);
    return code;
  }
}

/** An argument as a shell takes it. */
function quoted(argument: string): string {
  return /^[\w./:=@%+,~-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
