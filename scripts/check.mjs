#!/usr/bin/env node
// Types, lint and format, layers; all three even when the first fails: npm run check
import { readyOrExit } from "./launch.mjs";
import { checkLint, checkTypes, runTool } from "./tool.mjs";

const node = await readyOrExit();
const verdicts = {
  types: await checkTypes(node),
  lint: await checkLint(node),
  layers: await runTool(node, "vitest", ["run", "test/architecture.test.ts"]),
};

for (const [name, isRight] of Object.entries(verdicts)) console.log(`${name.padEnd(7)} ${isRight ? "right" : "WRONG"}`);
process.exitCode = Object.values(verdicts).every(Boolean) ? 0 : 1;
