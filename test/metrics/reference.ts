import { readFileSync } from "node:fs";
import type { LabelMap } from "../../src/core/plane.ts";

/** What `fixtures/metrics/make.py` computed. */
export function reference<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(`../../fixtures/metrics/${name}.json`, import.meta.url), "utf8")) as Content;
}

/** Label map from its run-length code `[value, count, value, count, …]`. */
export function fromRuns(runs: readonly number[], height: number, width: number): LabelMap {
  const data = new Uint32Array(height * width);
  let pixel = 0;
  for (let run = 0; run < runs.length; run += 2) {
    data.fill(runs[run]!, pixel, pixel + runs[run + 1]!);
    pixel += runs[run + 1]!;
  }
  return { data, height, width };
}

/** Label map written as rows of digits. */
export function labelMap(...rows: readonly string[]): LabelMap {
  return { data: Uint32Array.from(rows.join(""), Number), height: rows.length, width: rows[0]!.length };
}
