import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./ready.mjs";

/** Entry points of the development tools, below node_modules/. */
const tools = {
  tsc: "typescript/bin/tsc",
  biome: "@biomejs/biome/bin/biome",
  vitest: "vitest/vitest.mjs",
};

/** Whether the reader is a machine: then colours are left out. */
const plain = Boolean(process.env.CI);

/**
 * Runs a tool to its end in the repository's root; whether it was content.
 *
 * @param {string} node the Node to run it with
 * @param {keyof typeof tools} tool
 * @param {readonly string[]} parameters
 * @returns {Promise<boolean>}
 */
export function runTool(node, tool, parameters) {
  const { FORCE_COLOR, ...withoutColour } = process.env;
  const env = plain ? { ...withoutColour, NO_COLOR: "1" } : process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(node, [join(root, "node_modules", tools[tool]), ...parameters], {
      cwd: root,
      env,
      stdio: "inherit",
    });
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}

/** Whether the types of all sources, tests, benches and examples agree. */
export function checkTypes(node) {
  return runTool(node, "tsc", ["--noEmit", "-p", ".", ...(plain ? ["--pretty", "false"] : [])]);
}

/** Whether biome finds neither a fault nor an unformatted file. */
export function checkLint(node) {
  return runTool(node, "biome", ["check", ...(plain ? ["--colors=off"] : [])]);
}
