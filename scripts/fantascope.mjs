#!/usr/bin/env node
// The command line from a clone: node scripts/fantascope.mjs ARGS. Works on Node 18 and later; installs what is missing first.
import { launch } from "./launch.mjs";

await launch("src/cli/main.ts", process.argv.slice(2));
