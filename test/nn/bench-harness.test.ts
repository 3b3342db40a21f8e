import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { bench, benchOptions } from "../../bench/harness.ts";

const folder = mkdtempSync(join(tmpdir(), "bench-"));
const json = join(folder, "rows.json");
const log = vi.spyOn(console, "log").mockImplementation(() => {});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A contender that answers without doing anything: `ms` for its n-th run, and a peak. */
function pretender(name: string, times: readonly number[], peakMb: number, workload = "1 parameter") {
  const script = `
    const say = (message) => console.log(JSON.stringify(message));
    const times = ${JSON.stringify(times)};
    say({ name: "${name}", version: "1", workload: "${workload}" });
    require("node:readline").createInterface(process.stdin).on("line", (word) =>
      word === "end" ? say({ peakMb: ${peakMb} }) : say({ ms: times.shift() ?? process.exit(3) }));`;
  return { file: process.execPath, args: ["-e", script] };
}

const options = benchOptions(["--runs", "4", "--warmups", "1", "--threads", "1", "--json", json]);
const ours = pretender("ours", [1000, 10, 40, 20, 30], 100);

test("medians leave warm-ups out, ratios are ours over the peer's, rows reach the file and the table", async () => {
  const rows = await bench("t", [{ name: "a", ours, peer: pretender("P", [1, 50, 50, 50, 900], 400) }], options);
  expect(rows).toEqual([
    {
      name: "a",
      ours: { medianMs: 25, minMs: 10, peakMb: 100 },
      peer: { name: "P", version: "1", medianMs: 50, minMs: 50, peakMb: 400 },
      timeRatio: 0.5,
      memoryRatio: 0.25,
    },
  ]);
  expect(JSON.parse(readFileSync(json, "utf8"))).toEqual(rows);
  expect(log.mock.calls.join("\n")).toMatch(/P 1 ms.*a +25 +50 +0.5 +100 +400 +0.25/s);
});

test.each([
  ["is not installed", { file: "no-such-python", args: [] }, /No peer columns: no-such-python cannot be started/],
  [
    "lacks its library",
    { file: process.execPath, args: ["-e", `console.log('{"absent":"no PyTorch"}')`] },
    /No peer columns: no PyTorch/,
  ],
])("a peer that %s leaves its columns empty and a line that says so", async (_name, peer, message) => {
  const [row] = await bench("t", [{ name: "a", ours, peer }], { ...options, json: undefined });
  expect(row).toMatchObject({ ours: { medianMs: 25 }, peer: null, timeRatio: null, memoryRatio: null });
  expect(log.mock.calls.join("\n")).toMatch(message);
});

test("sides that do not do the same work are not compared", async () => {
  const peer = pretender("P", [], 1, "2 parameters");
  await expect(bench("t", [{ name: "a", ours, peer }], options)).rejects.toThrow(
    "a: ours is 1 parameter, P's 2 parameters",
  );
});

test("a contender that dies in the middle is an error, not a row", async () => {
  const peer = pretender("P", [1, 2], 1);
  await expect(bench("t", [{ name: "a", ours, peer }], { ...options, json: undefined })).rejects.toThrow(
    /ended with code 3/,
  );
});
