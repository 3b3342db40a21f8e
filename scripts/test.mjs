#!/usr/bin/env node
// Types, lint and all tests: npm test. With filters, only those tests: npm test -- onnx
// The last line says, for machines too, how many passed and failed; types and lint count as one each.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readyOrExit } from "./launch.mjs";
import { checkLint, checkTypes, runTool } from "./tool.mjs";

const node = await readyOrExit();
let passed = 0;
let failed = 0;
for (const [name, check] of [
  ["types", checkTypes],
  ["lint", checkLint],
]) {
  const isRight = await check(node);
  isRight ? passed++ : failed++;
  console.log(`${name} ${isRight ? "passed" : "FAILED"}`);
}

const folder = mkdtempSync(join(tmpdir(), "fantascope-test-"));
const file = join(folder, "result.json");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
const isContent = await runTool(node, "vitest", ["run", ...reporters, ...process.argv.slice(2)]);
const tests = countTests(file);
rmSync(folder, { recursive: true, force: true });

if (tests.passed + tests.failed === 0) {
  console.log("No test ran: that is a failure too.");
  tests.failed = 1;
} else if (!isContent && tests.failed === 0) {
  console.log("vitest failed outside a test: see above.");
  tests.failed = 1;
}
passed += tests.passed;
failed += tests.failed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Tests by result; a file that could not even be loaded counts as one failure. */
function countTests(file) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, "utf8"));
    const broken = testResults.filter(
      ({ status, assertionResults }) =>
        status === "failed" && !assertionResults.some((test) => test.status === "failed"),
    );
    return { passed: numPassedTests, failed: numFailedTests + broken.length };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
