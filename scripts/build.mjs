#!/usr/bin/env node
// Makes dist/, the JavaScript that the npm package ships: npm run build
import { cpSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { readyOrExit } from "./launch.mjs";
import { root } from "./ready.mjs";
import { runTool } from "./tool.mjs";

const node = await readyOrExit();
const [source, target] = [join(root, "src"), join(root, "dist")];
rmSync(target, { recursive: true, force: true });
const isBuilt = await runTool(node, "tsc", ["-p", "tsconfig.build.json"]);

// The compiler leaves what is no TypeScript where it is, such as the ONNX standard's generated JavaScript.
const isShippedAsIs = (file) => statSync(file).isDirectory() || /\.d\.ts$|\.(?!ts$|md$|proto$)\w+$/.test(file);
cpSync(source, target, { recursive: true, filter: isShippedAsIs });
process.exitCode = isBuilt ? 0 : 1;
