#!/usr/bin/env node
// Times something against its peer: npm run bench -- NAME [--json FILE]. Each file in bench/ is one NAME.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./launch.mjs";
import { root } from "./ready.mjs";

const [name, ...parameters] = process.argv.slice(2);
const file = join("bench", `${name}.ts`);
const names = readdirSync(join(root, "bench"))
  .filter((entry) => entry.endsWith(".ts") && entry !== "harness.ts")
  .map((entry) => entry.slice(0, -3));

if (name && names.includes(name) && existsSync(join(root, file))) await launch(file, parameters);
else {
  console.error(
    `npm run bench -- NAME [--json FILE]: expected NAME to be one of ${names.join(", ")}, got ${name ?? "none"}.`,
  );
  process.exitCode = 1;
}
