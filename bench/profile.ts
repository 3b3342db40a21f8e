/**
 * What a training step costs: estimated before it runs, and measured. For one network also where the time goes, beside where the estimate puts it,
 * and its picture.
 *
 *     node bench/profile.ts [--network NAME] [--runs 9] [--threads 1]
 *         [--svg FILE] [--json FILE]
 *
 * Networks: denoiser, cyclegan, segmenter, efficient-net, detector; super-resolver and small-denoiser.
 *
 * The step runs in a process of its own. Between its runs come rounds of the probes that the estimate is made of, so that both meet the
 * same load; of both the fastest run counts. Ask for one network at a time where memory matters: what this process holds already counts.
 *
 * On a busy machine a whole step meets no quiet moment, and its time says little. Each of its nodes does in one of the runs: the sums over the
 * fastest run of each node, which the tables show, stay comparable.
 */

import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { byOperator, modelEstimate } from "../src/engine/diagnostics/estimate.ts";
import {
  analyseStep,
  layerTable,
  type MachineSpeed,
  networkPicture,
  type OperatorShare,
  openProbes,
  type ProfileShare,
  profileStep,
  scopeAt,
  sharesBy,
  stepEstimate,
} from "../src/engine/diagnostics/index.ts";
import { cycleGanRows } from "./engine/cyclegan.ts";
import { denoiserRows } from "./engine/denoiser.ts";
import { detectorRows } from "./engine/detector.ts";
import { efficientNetRows } from "./engine/efficient-net.ts";
import { smallDenoiserRows, superResolverRows } from "./engine/held-out.ts";
import { noises, type Row } from "./engine/row.ts";
import { segmenterRows } from "./engine/segmenter.ts";
import { startContender } from "./peers/contender.ts";

const networks: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  denoiser: denoiserRows,
  cyclegan: cycleGanRows,
  segmenter: segmenterRows,
  "efficient-net": efficientNetRows,
  detector: detectorRows,
  // held out: the others are those that the estimator was made with
  "super-resolver": superResolverRows,
  "small-denoiser": smallDenoiserRows,
};

/** Rounds of the probes after each run of a step. */
const PROBE_ROUNDS = 4;

/** Layers that a picture shows one by one, and lines of a table. */
const [MOST_LAYERS, MOST_LINES] = [48, 24];

const { values } = parseArgs({
  options: {
    network: { type: "string" },
    runs: { type: "string", default: "9" },
    threads: { type: "string", default: "1" },
    svg: { type: "string" },
    json: { type: "string" },
  },
});
let { svg } = values;
const [runs, threads] = [Number(values.runs), Number(values.threads)];
const chosen = values.network === undefined ? Object.keys(networks) : [values.network];
const unknown = chosen.find((name) => !networks[name]);
if (unknown !== undefined) throw new Error(`--network: expected ${Object.keys(networks).join(", ")}, got ${unknown}.`);
if (values.svg !== undefined && values.network === undefined)
  throw new Error("--svg: name one network with --network.");
async function compared(name: string, steps: ReturnType<NonNullable<Row["steps"]>>) {
  const work = await analyseStep(steps, { threads });
  const args = [fileURLToPath(new URL("engine.ts", import.meta.url)), "contend", name, `${threads}`];
  const contender = await startContender({ file: process.execPath, args });
  if ("absent" in contender) throw new Error(`${name}: ${contender.absent}`);
  const probes = await openProbes({ threads });
  await contender.run(); // warms up
  let ms = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    ms = Math.min(ms, await contender.run());
    for (let round = 0; round < PROBE_ROUNDS; round++) await probes.round();
  }
  await probes.release();
  const estimate = stepEstimate(work, probes.speed());
  const measured = { ms, peakMb: await contender.finish() };
  return {
    name,
    threads,
    estimate,
    measured,
    timeRatio: estimate.ms / measured.ms,
    memoryRatio: estimate.peakMb / measured.peakMb,
  };
}

function line(estimated: number, measured: number, unit: string, ratio: number): string {
  const number = (value: number) => `${value.toFixed(0)} ${unit}`.padStart(9);
  return `estimated ${number(estimated)}, measured ${number(measured)}, ratio ${ratio.toFixed(2)}`;
}

/** Tables of where the time of a training step goes, and the picture of its network. */
async function shown(name: string, row: Row, machine: MachineSpeed): Promise<void> {
  for (const step of row.steps!()) {
    const profile = await profileStep(step, { inputs: noises(step.graph.inputs), threads, runs });
    const estimate = modelEstimate(profile.model, machine);
    const estimatedMs = estimate.nodes.reduce((sum, { ms }) => sum + ms, 0);
    console.log(
      `\n${name}: ${profile.ms.toFixed(1)} ms in ${profile.nodes.length} nodes, estimated ${estimatedMs.toFixed(1)} ms, ` +
        `ratio ${(estimatedMs / profile.ms).toFixed(2)}; arrays ${profile.arraysMb.toFixed(0)} MB`,
    );
    console.log(table("operator", profile.byOperator, byOperator(estimate.nodes)));
    console.log(table("part", sharesBy(profile.nodes, scopeAt(2))));
    if (svg === undefined) continue;
    const { graph, outputs } = step;
    const fine = layerTable(graph, outputs, { shares: profile.byScope });
    const layers = fine.length > MOST_LAYERS ? layerTable(graph, outputs, { shares: profile.byScope, parts: 2 }) : fine;
    writeFileSync(
      svg,
      networkPicture(layers, {
        title: name.replace(/ training step.*/, ""),
        timeOf: `training step${name.split("training step")[1]}`,
      }),
    );
    svg = undefined; // the first graph of the first row has the networks in it
  }
}

function table(head: string, shares: readonly ProfileShare[], estimated: readonly OperatorShare[] = []): string {
  const shownShares = shares.slice(0, MOST_LINES);
  const rest = shares.slice(MOST_LINES);
  const lines = [...shownShares];
  if (rest.length > 0) {
    const sum = (of: (share: ProfileShare) => number) => rest.reduce((total, share) => total + of(share), 0);
    lines.push({
      name: `${rest.length} others`,
      nodes: sum(({ nodes }) => nodes),
      ms: sum(({ ms }) => ms),
      share: sum(({ share }) => share),
    });
  }
  const width = Math.max(head.length, ...lines.map(({ name }) => name.length));
  const row = (name: string, nodes: string, ms: string, share: string, estimate: string) =>
    `  ${name.padEnd(width)}  ${nodes.padStart(6)}  ${ms.padStart(8)}  ${share.padStart(7)}  ${estimate.padStart(9)}`.trimEnd();
  const estimateOf = (name: string) => estimated.find(({ operator }) => operator === name)?.ms.toFixed(2) ?? "";
  return [
    row(head, "nodes", "ms", "share", estimated.length > 0 ? "estimated" : ""),
    ...lines.map(({ name, nodes, ms, share }) =>
      row(name, `${nodes}`, ms.toFixed(2), `${(100 * share).toFixed(1)} %`, estimateOf(name)),
    ),
  ].join("\n");
}

if (loadavg()[0]! > 0.5)
  console.log(
    `The machine is busy with other work (load ${loadavg()[0]!.toFixed(1)}): times are shakier than they look.`,
  );

const results = [];
for (const network of chosen)
  for (const [name, row] of Object.entries(networks[network]!))
    if (row.steps) {
      const result = await compared(name, row.steps());
      results.push(result);
      const { estimate, measured, timeRatio, memoryRatio } = result;
      console.log(`\n${name}, ${threads} ${threads === 1 ? "thread" : "threads"}`);
      console.log(`  time    ${line(estimate.ms, measured.ms, "ms", timeRatio)}`);
      console.log(`  memory  ${line(estimate.peakMb, measured.peakMb, "MB", memoryRatio)}`);
      const { operations, memory } = estimate;
      console.log(
        `  ${(operations / 1e9).toFixed(1)} · 10⁹ operations; process ${memory.processMb.toFixed(0)} MB, ` +
          `arrays ${memory.arraysMb.toFixed(0)} MB, state ${memory.stateMb.toFixed(0)} MB`,
      );
    }
// Afterwards, since what this process holds by then counts as its memory.
if (values.network !== undefined)
  for (const { name, estimate } of results) await shown(name, networks[values.network]![name]!, estimate.machine);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
