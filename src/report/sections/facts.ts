import type { RunRecord } from "../../recipes/record.ts";
import { facts, more, notes, table } from "../elements.ts";
import { formatCount, formatDuration, formatMemory, formatTime } from "../format.ts";
import { escapeHtml, type Html, html, trusted } from "../html.ts";
import type { Section } from "../page.ts";
import { wordingOf } from "../wording/index.ts";
import { cautions, titleOf } from "./reading.ts";

/** What to doubt: the warnings of the run, and what its numbers themselves give reason to doubt. */
export function warningsSection(record: RunRecord): Section | undefined {
  const all = [...cautions(record), ...record.warnings];
  if (all.length === 0) return undefined;
  return {
    id: "warnings",
    title: "What to doubt",
    body: notes(all.map((body) => ({ tone: "doubt", body }))),
  };
}

function dataTable(record: RunRecord, collections: RunRecord["data"], caption: string): Html {
  const { hasObjects, usedBy } = wordingOf(record).data;
  return table(
    caption,
    [
      { title: "Collection" },
      { title: "Role" },
      { title: "Images", isNumber: true },
      ...(hasObjects ? [{ title: "Labelled objects", isNumber: true }] : []),
      { title: usedBy },
      { title: "Hash" },
    ],
    collections.map(({ name, role, images, objects, labelsUsedBy, hash, standIn }) => ({
      cells: [
        html`${name}${standIn ? html`<small><span class="tag">stand-in, simulated</span></small>` : undefined}`,
        role,
        formatCount(images),
        ...(hasObjects ? [objects === 0 ? "–" : formatCount(objects)] : []),
        labelsUsedBy.length === 0 ? "none" : labelsUsedBy.map((arm) => titleOf(record, arm)).join(" · "),
        html`<span class="hash"><code>${hash}</code></span>`,
      ],
    })),
  );
}

/** Every collection of images that took part, with its content hash, and what was settled about them; many synthetic sets are folded. */
export function dataSection(record: RunRecord): Section | undefined {
  if (record.data.length === 0) return undefined;
  const caption = `The hash is SHA-256 over ${wordingOf(record).data.hashed}: the same content has the same hash wherever it lies.`;
  const real = record.data.filter(({ role }) => role.startsWith("real"));
  const synthetic = record.data.filter(({ role }) => !role.startsWith("real"));
  const body =
    synthetic.length <= 4
      ? dataTable(record, record.data, caption)
      : html`${dataTable(record, real, caption)}${more(`${synthetic.length} synthetic sets`, dataTable(record, synthetic, "One set per source and seed."))}`;
  const settled = record.facts.length === 0 ? undefined : facts(record.facts.map(({ name, text }) => [name, text]));
  return { id: "data", title: "Images that took part", body: html`${body}${settled}` };
}

/** A reference with its address as a link, when it names one. */
function reference(text: string): Html {
  return trusted(
    escapeHtml(text).replace(
      /https:\/\/[^\s<>&]+[^\s<>&.,;)]/g,
      (address) => `<a href="${address}" rel="noreferrer">${address}</a>`,
    ),
  );
}

/** Methods with the papers they come from. */
export function methodsSection({ methods }: RunRecord): Section | undefined {
  if (methods.length === 0) return undefined;
  return {
    id: "methods",
    title: "Methods",
    lead: "What was used, ready for a methods paragraph.",
    body: html`<ul>${methods.map((method) => html`<li><strong>${method.name}.</strong> ${reference(method.reference)}</li>`)}</ul>`,
  };
}

/** How to repeat the run: command, machine, time, memory, versions and the complete recipe. */
export function repeatSection(record: RunRecord): Section {
  const { machine } = record;
  return {
    id: "repeat",
    title: "How to repeat it",
    lead: "The command, the machine and the complete recipe of this run, with every default filled in.",
    body: html`<pre><code>${record.command}</code></pre>
${facts([
  ["Time", `${formatDuration(record.seconds)} (${formatTime(record.startedAt)} to ${formatTime(record.finishedAt)})`],
  ["Peak memory", formatMemory(record.peakMemoryMb)],
  ["Machine", `${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB memory, ${machine.platform}`],
  ["Worker processes", machine.workers],
  [
    "Versions",
    `fantascope ${record.fantascope} · Node ${machine.node} · onnxruntime ${machine.onnxruntime}${machine.device === "cpu" ? "" : ` on ${machine.device}`} · lowering ${machine.lowering}`,
  ],
])}
${more("The complete recipe", html`<pre><code>${JSON.stringify(record.recipe, null, 2)}</code></pre>`)}`,
  };
}
