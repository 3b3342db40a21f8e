/**
 * How much contrast each sampler leaves in an image, by the strength of the detail: computed, not measured (`keptContrast`).
 *
 *     npm run bench -- sampler-contrast [--json rows.json]
 *
 * The cosine schedule, and the steps that people take. 1 is all of the contrast; less is a picture that is too even; more, one that is too harsh.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { keptContrast } from "../src/generators/diffusion/kept-contrast.ts";
import { type SamplerName, type Spacing, samplers } from "../src/generators/diffusion/samplers/index.ts";
import { cosine } from "../src/generators/diffusion/schedules/index.ts";

const { values } = parseArgs({ options: { json: { type: "string" } } });

/** Standard deviations of detail on the network's −1…1 scale: from the grain of a long exposure to the image itself. */
const DETAILS = [0.03, 0.1, 0.3];

const TRIED: readonly (readonly [SamplerName, Spacing, readonly number[]])[] = [
  ["ddpm", "trailing", [100, 250, 900]],
  ["euler-ancestral", "trailing", [40, 100, 250]],
  ["euler-ancestral", "karras", [40, 100, 250]],
  ["ddim", "trailing", [25, 50, 100]],
  ["ddim", "karras", [25, 50, 100]],
  ["dpm-solver-2m", "trailing", [25, 50, 100]],
  ["dpm-solver-2m", "karras", [15, 25, 50]],
  ["heun", "trailing", [13, 25, 50]],
  ["heun", "karras", [13, 25, 50]],
];

const rows = [];
console.log(`| sampler | stops | steps | evaluations |${DETAILS.map((detail) => ` detail ${detail} |`).join("")}`);
console.log(`|---|---|--:|--:|${DETAILS.map(() => "--:|").join("")}`);
for (const [name, spacing, ladder] of TRIED)
  for (const steps of ladder) {
    const sampler = samplers[name]({ spacing });
    const kept = [];
    for (const detail of DETAILS) kept.push(await keptContrast(sampler, { schedule: cosine(), steps, detail }));
    const evaluations = sampler.evaluations(steps);
    rows.push({ sampler: name, spacing, steps, evaluations, details: DETAILS, kept });
    console.log(
      `| ${name} | ${spacing} | ${steps} | ${evaluations} |${kept.map((share) => ` ${share.toFixed(2)} |`).join("")}`,
    );
  }
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
