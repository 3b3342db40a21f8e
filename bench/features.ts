/**
 * Which feature network sees damage first: Fantascope's own, or networks that learned from photographs.
 *
 *     npm run bench -- features [--part test] [--sets dsb2018,gigadb] [--networks ours] [--tiles 96] [--threads 1] [--json FILE]
 *
 * Real images are read below FANTASCOPE_DATA, ImageNet networks from FANTASCOPE_WEIGHTS, or else from `../weights` beside the data. What counts as
 * seeing is said in `features/detection.ts`, and was fixed before the first number. `--part train` is for choices, `--part test` for the end.
 */

import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { FeatureMatrix } from "../src/core/feature-matrix.ts";
import type { Plane } from "../src/core/plane.ts";
import { random } from "../src/core/random.ts";
import type { FeatureNetwork } from "../src/features/feature-network.ts";
import type { FeatureMeasure } from "../src/metrics/feature-measure.ts";
import { frechetMeasure } from "../src/metrics/frechet-distance.ts";
import { kernelMeasure } from "../src/metrics/kernel-distance.ts";
import { degradations, selections } from "./features/degradations.ts";
import { type Detection, detectSelection, detectSpoilt, SET_SIZE } from "./features/detection.ts";
import { contestants } from "./features/networks.ts";
import { type Part, realTiles, SETS } from "./features/tiles.ts";

const { values } = parseArgs({
  options: {
    part: { type: "string", default: "test" },
    sets: { type: "string", default: SETS.join() },
    networks: { type: "string", default: "" },
    tiles: { type: "string", default: "96" },
    threads: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const root = process.env.FANTASCOPE_DATA;
if (!root || !existsSync(root)) {
  console.error("FANTASCOPE_DATA must name the folder that holds the image sets.");
  process.exit(1);
}
const weights = process.env.FANTASCOPE_WEIGHTS ?? join(resolve(root), "..", "weights");
const measures: Readonly<Record<string, FeatureMeasure>> = { kernel: kernelMeasure, frechet: frechetMeasure };
const seed = random(20240802);

interface Row extends Detection {
  readonly set: string;
  readonly damage: string;
  readonly distance: string;
  readonly network: string;
}

const rows: Row[] = [];
const wanted = values.networks === "" ? [] : values.networks.split(",");
const networks: { name: string; network: FeatureNetwork }[] = [];
for (const [name, open] of Object.entries(contestants(weights, Number(values.threads))))
  if (wanted.length === 0 || wanted.includes(name)) networks.push({ name, network: await open() });

/** Features of the same pictures by every network. */
async function featuresOfAll(planes: readonly Plane[]): Promise<Map<string, FeatureMatrix>> {
  const found = new Map<string, FeatureMatrix>();
  for (const { name, network } of networks) found.set(name, await network.features(planes));
  return found;
}

for (const set of values.sets.split(",")) {
  const all = await realTiles(resolve(root), set, values.part as Part, seed.fork("tiles", set));
  const tiles = all.slice(0, Number(values.tiles));
  const places = Math.min(1.5 * SET_SIZE, tiles.length - SET_SIZE);
  if (places < SET_SIZE) {
    console.log(`${set}: ${tiles.length} tiles in part ${values.part} are too few.`);
    continue;
  }
  console.log(`${set}: ${tiles.length} tiles, ${places} of them spoilt`);
  const draws = seed.fork("draws", set);
  const note = (damage: string, network: string, detect: (measure: FeatureMeasure) => Detection) => {
    for (const [distance, measure] of Object.entries(measures))
      rows.push({ set, damage, distance, network, ...detect(measure) });
  };
  const clean = await featuresOfAll(tiles);
  const brightness = tiles.map(({ data }) => data.reduce((sum, value) => sum + value, 0) / data.length);
  for (const damage of Object.keys(selections))
    for (const { name } of networks)
      note(damage, name, (measure) => detectSelection(measure, damage, clean.get(name)!, brightness, draws));
  for (const [damage, { levels, apply }] of Object.entries(degradations)) {
    const started = performance.now();
    const spoilt: Map<string, FeatureMatrix>[] = [];
    for (const level of levels) {
      const stream = seed.fork("damage", set, damage, level);
      spoilt.push(await featuresOfAll(tiles.slice(0, places).map((tile, i) => apply(tile, level, stream.fork(i)))));
    }
    for (const { name } of networks) {
      const levelsOf = spoilt.map((features) => features.get(name)!);
      note(damage, name, (measure) => detectSpoilt(measure, clean.get(name)!, levelsOf, draws));
    }
    console.log(`  ${damage}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
}

for (const distance of Object.keys(measures)) console.log(`\n${table(distance)}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 1)}\n`);

/** One line per set and damage; for each network the faintest level seen, the mean power and the monotony. */
function table(distance: string): string {
  const own = rows.filter((row) => row.distance === distance);
  const names = [...new Set(own.map(({ network }) => network))];
  const levelsOf = (damage: string) => (degradations[damage] ?? selections[damage])!.levels;
  const lines = [`| set | damage | ${names.join(" | ")} |`, `|---|---|${names.map(() => "---").join("|")}|`];
  const count = { won: 0, tied: 0, lost: 0 };
  const power = { won: 0, lost: 0 };
  for (const set of new Set(own.map((row) => row.set)))
    for (const damage of new Set(own.map((row) => row.damage))) {
      const cells = names.map((name) =>
        own.find((row) => row.set === set && row.damage === damage && row.network === name),
      );
      const texts = cells.map((cell) =>
        cell
          ? `${levelsOf(damage)[cell.faintest] ?? "none"} · ${cell.power.toFixed(2)} · ${cell.monotony.toFixed(2)}`
          : "",
      );
      lines.push(`| ${set} | ${damage}${isNew(damage) ? " (new)" : ""} | ${texts.join(" | ")} |`);
      const [ours, ...others] = cells;
      if (!ours || others.length === 0 || names[0] !== "ours") continue;
      const best = Math.min(...others.map((cell) => cell!.faintest));
      count[ours.faintest < best ? "won" : ours.faintest > best ? "lost" : "tied"]++;
      power[ours.power >= Math.max(...others.map((cell) => cell!.power)) ? "won" : "lost"]++;
    }
  const summary =
    `${distance} distance, n = ${SET_SIZE}: faintest level · mean power · rank correlation. Against the best of the others in each line, ` +
    `ours sees a fainter level in ${count.won}, the same in ${count.tied}, only a stronger one in ${count.lost}; ` +
    `its mean power is the highest in ${power.won} of ${power.won + power.lost}.`;
  return [summary, "", ...lines].join("\n");
}

function isNew(damage: string): boolean {
  return degradations[damage]?.isTrainedOn === false;
}
