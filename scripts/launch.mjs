import { spawn } from "node:child_process";
import { join } from "node:path";
import { isatty } from "node:tty";
import { ready, root } from "./ready.mjs";

/**
 * Runs a TypeScript file of the repository with a Node that can, as if it were this process: same terminal, same signals, same end.
 *
 * @param {string} file path from the repository's root
 * @param {readonly string[]} parameters
 */
export async function launch(file, parameters) {
  become(await readyOrExit(), [join(root, file), ...parameters]);
}

/**
 * Becomes another Node, or watches over it where that is not possible: on Windows, and where this Node is an old one.
 *
 * @param {string} node
 * @param {readonly string[]} parameters
 */
export function become(node, parameters) {
  if (process.execve && process.platform !== "win32") process.execve(node, [node, ...parameters], process.env);
  const child = spawn(node, parameters, { stdio: "inherit" });
  passSignals(child);
  child.once("close", (code, signal) => {
    process.exitCode = code ?? 1;
    if (signal) endBy(signal);
  });
}

/** A Node that runs the source, with all packages; otherwise says why not and ends. */
export async function readyOrExit() {
  try {
    return await ready();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

/**
 * Lets a child know of signals exactly once.
 *
 * What is typed at a terminal reaches every process in front of it, the child too; only signals sent to this process alone, as
 * programs do, have to be handed on.
 */
function passSignals(child) {
  const atTerminal = isatty(0) || isatty(1) || isatty(2);
  for (const signal of ["SIGINT", "SIGHUP", "SIGQUIT", "SIGTERM"])
    process.on(signal, () => {
      if (signal === "SIGTERM" || !atTerminal) child.kill(signal);
    });
}

/** Ends as the child did, so that a shell sees an interruption as one. */
function endBy(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
