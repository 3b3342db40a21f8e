import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { commandLine } from "../../src/cli/command-line.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

/** What a command left on the terminal, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal that listens. */
export function listeningTerminal({
  isInteractive = false,
  columns = 80,
} = {}): Terminal & { out: string; err: string } {
  const terminal = {
    out: "",
    err: "",
    isInteractive,
    columns: () => columns,
    print: (text: string) => {
      terminal.out += text;
    },
    note: (text: string) => {
      terminal.err += text;
    },
  };
  return terminal;
}

/** Does what these arguments say, in this process. */
export async function invoke(
  args: readonly string[],
  { signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {},
): Promise<Outcome> {
  const terminal = listeningTerminal();
  const code = await commandLine(args, { terminal, signal });
  return { code, out: terminal.out, err: terminal.err };
}

/** The real program as a process of its own. */
export function start(args: readonly string[]): { readonly child: ChildProcess; readonly outcome: Promise<Outcome> } {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout!.on("data", (text) => {
    out += text;
  });
  child.stderr!.on("data", (text) => {
    err += text;
  });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, out, err }));
  });
  return { child, outcome };
}

/** Every file and folder below a folder, sorted. */
export function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}
