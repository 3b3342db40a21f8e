import type { DescriptorRecord } from "../../recipes/record.ts";
import { chart, legend } from "../elements.ts";
import { histograms, sourceColour } from "../figures/index.ts";
import { type Html, html } from "../html.ts";

/** Sources of all descriptors, real first. */
function sourcesOf(descriptors: readonly DescriptorRecord[]): string[] {
  const all = [...new Set(descriptors.flatMap(({ samples }) => Object.keys(samples)))];
  const rank = (source: string) => (/^real/i.test(source) ? 0 : /^simulated/i.test(source) ? 1 : 2);
  return all.toSorted((a, b) => rank(a) - rank(b));
}

async function descriptorChart(descriptor: DescriptorRecord, sources: readonly string[]): Promise<Html> {
  const { name, unit, samples, distances } = descriptor;
  const svg = await histograms(
    sources
      .filter((source) => source in samples)
      .map((source) => ({
        name: source,
        values: samples[source]!.filter(Number.isFinite),
        colour: sourceColour(source, sources),
        filled: /^real/i.test(source),
      })),
    { label: `Histogram of ${name} in ${sources.join(", ")} images`, axisTitle: unit },
  );
  const told = sources
    .filter((source) => source in distances)
    .map((source) => `${source} ${distances[source]!.toFixed(2)}`);
  return chart(svg, { title: name, ...(told.length > 0 && { caption: `Distance: ${told.join(" · ")}` }) });
}

/** Small histograms of everything a microscopist would measure, one per descriptor, with the distances to real. */
export async function descriptorCharts(descriptors: readonly DescriptorRecord[]): Promise<Html> {
  const sources = sourcesOf(descriptors);
  const charts = await Promise.all(descriptors.map((descriptor) => descriptorChart(descriptor, sources)));
  return html`${legend(sources.map((source) => ({ name: source, colour: sourceColour(source, sources) })))}
<div class="charts">${charts}</div>
<p class="key">Each curve shows shares of its own source. Distance: Wasserstein-1 in units of the standard deviation of real; 0 is equal, below about 0.2 hardly visible.</p>`;
}
