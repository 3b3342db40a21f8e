/**
 * Times a piece of work done by Fantascope against the same work done by a peer, each in a process of its own.
 *
 * Runs are interleaved (ours, peer, ours, peer, …), so that a busy or throttled machine slows both. Medians are reported, and the peak
 * resident memory of each process as the operating system counted it. A contender is any command that speaks the protocol of
 * `peers/contender.ts`. Where the peer has a compiler, the peer as compiled runs as a third; where the contender on our side says how many
 * operations its work cannot do without, a floor stands beside it: the time that these take at the peak of this machine.
 */

import { writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { BenchRow, Cost } from "./bench-row.ts";
import { benchTable } from "./bench-table.ts";
import { type Command, type Contender, startContender } from "./peers/contender.ts";

/** The same work for both sides. */
export interface BenchCase {
  readonly name: string;
  readonly ours: Command;
  /** Left out where nobody else does the same work. */
  readonly peer?: Command;
  /** The peer with its work compiled, which happens before it announces itself. */
  readonly compiled?: Command;
}

/** Something that finds out how fast this machine can be, in rounds between the runs of the contenders. */
export interface Peak {
  round(): Promise<void>;
  /** Most operations per second so far, in 10⁹. */
  gflops(): number;
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
  /** Whether the compiled peer takes part where there is one. */
  readonly compiled: boolean;
  /** Seconds that the peer's compiler gets for a case. */
  readonly compileSeconds: number;
}

/** Options from a command line such as `--runs 10 --only small --no-compiled --json rows.json`. */
export function benchOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    allowNegative: true,
    options: {
      runs: { type: "string", default: "9" },
      warmups: { type: "string", default: "2" },
      threads: { type: "string", default: `${availableParallelism()}` },
      only: { type: "string", default: "" },
      json: { type: "string" },
      compiled: { type: "boolean", default: true },
      "compile-seconds": { type: "string", default: "900" },
    },
  });
  const { runs, warmups, threads, only, json, compiled } = values;
  return {
    runs: Number(runs),
    warmups: Number(warmups),
    threads: Number(threads),
    only,
    json,
    compiled,
    compileSeconds: Number(values["compile-seconds"]),
  };
}

/** Runs the cases, prints their table, and writes the rows where `json` says. */
export async function bench(
  title: string,
  cases: readonly BenchCase[],
  options: BenchOptions,
  peak?: Peak,
): Promise<BenchRow[]> {
  const { runs, warmups, threads, only, json } = options;
  console.log(`${title}: ${threads} threads, median of ${runs} interleaved runs after ${warmups} warm-ups`);
  const load = loadavg()[0]!;
  if (load > 0.5)
    console.log(`The machine is busy with other work (load ${load.toFixed(1)}): ratios are shakier than they look.`);
  const raced: { readonly row: BenchRow; readonly operations: number | undefined }[] = [];
  const absences = new Set<string>();
  for (const each of cases.filter(({ name }) => name.includes(only))) {
    const us = await startContender(each.ours);
    if ("absent" in us) throw new Error(`${each.name}: ${us.absent}`);
    const peer = await rival(each.name, us, each.peer ?? { absent: "some cases are ours alone." });
    if ("absent" in peer) absences.add(`No peer columns: ${peer.absent}`);
    const compiled =
      each.compiled && options.compiled && !("absent" in peer)
        ? await rival(each.name, us, each.compiled, { withinSeconds: options.compileSeconds })
        : undefined;
    if (compiled && "absent" in compiled) absences.add(`No compiled peer for ${each.name}: ${compiled.absent}`);
    raced.push({ row: await race(each.name, { us, peer, compiled }, options, peak), operations: us.operations });
  }
  // The peak is known best at the end, and is the same for all.
  const rows = raced.map(({ row, operations }) =>
    peak && operations !== undefined ? withFloor(row, operations, peak.gflops()) : row,
  );
  console.log(benchTable(rows));
  for (const absence of absences) console.log(absence);
  if (peak && rows.some(({ floorMs }) => floorMs !== undefined))
    console.log(`Floors are at ${peak.gflops().toFixed(0)} · 10⁹ operations per second, the fastest probe here.`);
  if (json) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`);
  return rows;
}

/** Why a contender does not take part. */
interface Absence {
  readonly absent: string;
}

/** A contender that does the same work as ours. */
async function rival(
  name: string,
  ours: Contender,
  command: Command | Absence,
  patience?: { readonly withinSeconds: number },
): Promise<Contender | Absence> {
  if ("absent" in command) return command;
  const them = await startContender(command, patience);
  if (!("absent" in them) && them.workload !== ours.workload)
    throw new Error(`${name}: ours is ${ours.workload}, ${them.name}'s ${them.workload}`);
  return them;
}

/** Those who meet in a case. */
interface Field {
  readonly us: Contender;
  readonly peer: Contender | Absence;
  readonly compiled: Contender | Absence | undefined;
}

/** Threads of a pool spin for a while after the work, in case there is more; they must slow neither side. */
const UNTIL_THREADS_REST_MS = 50;

async function race(
  name: string,
  { us, peer, compiled }: Field,
  options: BenchOptions,
  peak: Peak | undefined,
): Promise<BenchRow> {
  const contenders = [us, peer, compiled].flatMap((each) => (each && !("absent" in each) ? [each] : []));
  const times = new Map(contenders.map((contender) => [contender, [] as number[]]));
  for (let run = -options.warmups; run < options.runs; run++) {
    for (const contender of contenders) {
      const ms = await contender.run();
      if (run >= 0) times.get(contender)!.push(ms);
      await pause(UNTIL_THREADS_REST_MS);
    }
    if (run >= 0 && peak) {
      await peak.round();
      await pause(UNTIL_THREADS_REST_MS);
    }
  }
  const cost = async (contender: Contender): Promise<Cost> => ({
    medianMs: round(median(times.get(contender)!)),
    minMs: round(Math.min(...times.get(contender)!)),
    peakMb: round(await contender.finish()),
  });
  const ours = await cost(us);
  const beside = async (them: Contender) => {
    const theirs = { name: them.name, version: them.version, ...(await cost(them)) };
    return {
      theirs,
      timeRatio: round(ours.medianMs / theirs.medianMs, 3),
      memoryRatio: round(ours.peakMb / theirs.peakMb, 3),
    };
  };
  if ("absent" in peer) return { name, ours, peer: null, timeRatio: null, memoryRatio: null };
  const { theirs, ...ratios } = await beside(peer);
  const row = { name, ours, peer: theirs, ...ratios };
  if (!compiled) return row;
  if ("absent" in compiled) return { ...row, compiled: { absent: compiled.absent } };
  const asCompiled = await beside(compiled);
  const { timeRatio, memoryRatio } = asCompiled;
  return { ...row, compiled: { ...asCompiled.theirs, timeRatio, memoryRatio } };
}

function withFloor(row: BenchRow, operations: number, gflops: number): BenchRow {
  const floorMs = operations / gflops / 1e6;
  return { ...row, operations, floorMs: round(floorMs), reached: round(floorMs / row.ours.minMs, 3) };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
