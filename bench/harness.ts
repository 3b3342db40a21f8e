/**
 * Times a piece of work done by Fantascope against the same work done by a peer, each in a process of its own.
 *
 * Runs are interleaved (ours, peer, ours, peer, …), so that a busy or throttled machine slows both. Medians are reported, and the peak
 * resident memory of each process as the operating system counted it. A contender is any command that speaks the protocol of
 * `peers/contender.ts`.
 */

import { writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Command, type Contender, startContender } from "./peers/contender.ts";

/** The same work for both sides. */
export interface BenchCase {
  readonly name: string;
  readonly ours: Command;
  /** Left out where nobody else does the same work. */
  readonly peer?: Command;
}

/** What one side needed. */
export interface Cost {
  readonly medianMs: number;
  /** Fastest run: what the machine can do when nothing else wants it. */
  readonly minMs: number;
  readonly peakMb: number;
}

/** One line of the result; `peer` and the ratios (ours / peer) are null where the peer is not installed. */
export interface BenchRow {
  readonly name: string;
  readonly ours: Cost;
  readonly peer: (Cost & { readonly name: string; readonly version: string }) | null;
  readonly timeRatio: number | null;
  readonly memoryRatio: number | null;
}

/** What the command line of every bench understands. */
export interface BenchOptions {
  /** Timed runs of each contender. */
  readonly runs: number;
  /** Untimed runs before them. */
  readonly warmups: number;
  /** Threads given to each contender. */
  readonly threads: number;
  /** Only cases whose name contains this text. */
  readonly only: string;
  /** File that receives the rows. */
  readonly json: string | undefined;
}

/** Options from a command line such as `--runs 10 --only small --json rows.json`. */
export function benchOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: "string", default: "9" },
      warmups: { type: "string", default: "2" },
      threads: { type: "string", default: `${availableParallelism()}` },
      only: { type: "string", default: "" },
      json: { type: "string" },
    },
  });
  const { runs, warmups, threads, only, json } = values;
  return { runs: Number(runs), warmups: Number(warmups), threads: Number(threads), only, json };
}

/** Runs the cases, prints their table, and writes the rows where `json` says. */
export async function bench(title: string, cases: readonly BenchCase[], options: BenchOptions): Promise<BenchRow[]> {
  const { runs, warmups, threads, only, json } = options;
  console.log(`${title}: ${threads} threads, median of ${runs} interleaved runs after ${warmups} warm-ups`);
  const load = loadavg()[0]!;
  if (load > 0.5)
    console.log(`The machine is busy with other work (load ${load.toFixed(1)}): ratios are shakier than they look.`);
  const rows: BenchRow[] = [];
  const absences = new Set<string>();
  for (const { name, ours, peer } of cases.filter((each) => each.name.includes(only))) {
    const us = await startContender(ours);
    if ("absent" in us) throw new Error(`${name}: ${us.absent}`);
    const them = peer ? await startContender(peer) : { absent: "some cases are ours alone." };
    if ("absent" in them) absences.add(them.absent);
    else if (them.workload !== us.workload)
      throw new Error(`${name}: ours is ${us.workload}, ${them.name}'s ${them.workload}`);
    rows.push(await race(name, us, "absent" in them ? null : them, options));
  }
  console.log(table(rows));
  for (const absence of absences) console.log(`No peer columns: ${absence}`);
  if (json) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`);
  return rows;
}

async function race(name: string, ours: Contender, peer: Contender | null, options: BenchOptions): Promise<BenchRow> {
  const contenders = peer ? [ours, peer] : [ours];
  const times = new Map(contenders.map((contender) => [contender, [] as number[]]));
  for (let run = -options.warmups; run < options.runs; run++)
    for (const contender of contenders) {
      const ms = await contender.run();
      if (run >= 0) times.get(contender)!.push(ms);
      await pause(50); // threads of a pool that still spin after the work must not slow the other side
    }
  const cost = async (contender: Contender): Promise<Cost> => ({
    medianMs: round(median(times.get(contender)!)),
    minMs: round(Math.min(...times.get(contender)!)),
    peakMb: round(await contender.finish()),
  });
  const us = await cost(ours);
  if (!peer) return { name, ours: us, peer: null, timeRatio: null, memoryRatio: null };
  const them = await cost(peer);
  return {
    name,
    ours: us,
    peer: { name: peer.name, version: peer.version, ...them },
    timeRatio: round(us.medianMs / them.medianMs, 3),
    memoryRatio: round(us.peakMb / them.peakMb, 3),
  };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

function table(rows: readonly BenchRow[]): string {
  const peer = rows.find((row) => row.peer)?.peer;
  const header = [
    "case",
    "ours ms",
    `${peer ? `${peer.name} ${peer.version}` : "peer"} ms`,
    "ratio",
    "ours MB",
    "peer MB",
    "ratio",
  ];
  const cell = (value: number | null | undefined) => (value == null ? "" : `${value}`);
  const body = rows.map(({ name, ours, peer: them, timeRatio, memoryRatio }) =>
    [name, ours.medianMs, them?.medianMs, timeRatio, ours.peakMb, them?.peakMb, memoryRatio].map((value) =>
      typeof value === "string" ? value : cell(value),
    ),
  );
  const widths = header.map((title, column) => Math.max(title.length, ...body.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join("  ");
  return [header, widths.map((width) => "-".repeat(width)), ...body].map(line).join("\n");
}
