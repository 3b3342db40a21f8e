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
function pretender(name: string, times: readonly number[], peakMb: number, more: object = {}) {
  const script = `
    const say = (message) => console.log(JSON.stringify(message));
    const times = ${JSON.stringify(times)};
    say(${JSON.stringify({ name, version: "1", workload: "1 parameter", ...more })});
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
  const peer = pretender("P", [], 1, { workload: "2 parameters" });
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

test("a compiled peer runs as the third, with ratios of its own, unless it is left out", async () => {
  const peer = pretender("P", [1, 50, 50, 50, 50], 400);
  const compiled = pretender("P", [1, 20, 20, 20, 20], 500);
  const cases = [{ name: "a", ours, peer, compiled }];
  const [row] = await bench("t", cases, { ...options, json: undefined });
  expect(row).toMatchObject({ timeRatio: 0.5, memoryRatio: 0.25 });
  expect(row!.compiled).toMatchObject({ medianMs: 20, peakMb: 500, timeRatio: 1.25, memoryRatio: 0.2 });
  expect(log.mock.calls.join("\n")).toMatch(/compiled ms.*a +25 +50 +0.5 +20 +1.25 +100 +400 +0.25 +500/s);
  const [without] = await bench("t", cases, { ...options, ...benchOptions(["--no-compiled"]), runs: 4, warmups: 1 });
  expect(without).not.toHaveProperty("compiled");
});

test.each([
  ["fails", { file: process.execPath, args: ["-e", `console.log('{"absent":"torch.compile failed"}')`] }, /failed/],
  ["takes too long", { file: process.execPath, args: ["-e", "setInterval(() => {}, 1000)"] }, /not ready within 0.2 s/],
])("a compiler that %s costs its columns alone, and the row says so", async (_name, compiled, message) => {
  const peer = pretender("P", [1, 50, 50, 50, 50], 400);
  const cases = [{ name: "a", ours, peer, compiled }];
  const [row] = await bench("t", cases, { ...options, json: undefined, compileSeconds: 0.2 });
  expect(row).toMatchObject({ timeRatio: 0.5, compiled: { absent: expect.stringMatching(message) } });
  expect(log.mock.calls.join("\n")).toMatch(/No compiled peer for a: /);
});

test("the floor is the operations at the peak that is known in the end; the fastest run is measured against it", async () => {
  let rounds = 0;
  const peak = { round: async () => void rounds++, gflops: () => rounds };
  const counting = pretender("ours", [1000, 10, 40, 20, 30], 100, { operations: 2e7 });
  const [row, without] = await bench(
    "t",
    [
      { name: "a", ours: counting },
      { name: "b", ours },
    ],
    { ...options, json: undefined },
    peak,
  );
  expect(row).toMatchObject({ floorMs: 2.5, reached: 0.25 }); // 8 rounds: 8 · 10⁹ per second
  expect(without).not.toHaveProperty("floorMs");
  expect(log.mock.calls.join("\n")).toMatch(/floor ms +reached.*a +25 +2.5 +0.25 +100/s);
});
