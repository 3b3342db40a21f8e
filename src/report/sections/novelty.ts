import type { NoveltyRecord, RunRecord } from "../../recipes/record.ts";
import { badge, chart, legend, type Tone } from "../elements.ts";
import { histograms, sourceColour } from "../figures/index.ts";
import { palette } from "../figures/palette.ts";
import { formatCounted, formatP } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { Section } from "../page.ts";
import { type Gallery, picturesUnder } from "./gallery.ts";

/** Colour and words of each outcome. */
const outcomes: Record<NoveltyRecord["outcome"], { tone: Tone; words: string }> = {
  "not more alike": { tone: "helped", words: "no sign of copying" },
  "more alike": { tone: "doubt", words: "more alike" },
  copies: { tone: "hurt", words: "copies" },
  "cannot tell": { tone: "doubt", words: "cannot tell" },
};

const names = { heldOut: "held-out real", generated: "generated" } as const;

function colourOf(name: string): string {
  return sourceColour(name, Object.values(names));
}

/** Ends of the axis that all generators share, so that their histograms compare. */
function sharedDomain(novelty: readonly NoveltyRecord[]): readonly [number, number] {
  const all = novelty.flatMap(({ similarity }) => [...similarity.generated, ...similarity.heldOut]);
  const finite = all.filter(Number.isFinite);
  // To 1, where a faithful copy would lie, however far that is from the rest.
  return [Math.floor(20 * Math.min(0.95, ...finite)) / 20, 1];
}

async function noveltyChart(entry: NoveltyRecord, domain: readonly [number, number]): Promise<Html> {
  const { generator, outcome, sentence, pValue, copies, similarity } = entry;
  const { tone, words } = outcomes[outcome];
  const svg = await histograms(
    [
      {
        name: names.heldOut,
        values: similarity.heldOut.filter(Number.isFinite),
        colour: colourOf(names.heldOut),
        filled: true,
      },
      {
        name: names.generated,
        values: similarity.generated.filter(Number.isFinite),
        colour: colourOf(names.generated),
        filled: false,
      },
    ],
    {
      label: `Best match among the training images: images of ${generator} and held-out real images`,
      axisTitle: "best match among the training images",
      domain,
      bins: 20,
      width: 320,
    },
  );
  return html`<div>${chart(svg, { title: html`${generator} ${badge(tone, words, { plain: true })}` })}
<p>${sentence}</p>
<p><small>p ${pValue < 0.001 ? "" : "= "}${formatP(pValue)} · ${formatCounted(copies, "copy", "copies")} · ${formatCounted(entry.images, "generated image")}, ${formatCounted(entry.heldOutImages, "held-out real image")} and ${formatCounted(entry.trainingImages, "training image")}</small></p></div>`;
}

/** Whether generated images are copies of those that the generator learned from: verdict, similarities and the closest pairs. */
export async function noveltySection(
  { novelty }: Pick<RunRecord, "novelty">,
  gallery: Gallery,
): Promise<Section | undefined> {
  const closest = picturesUnder(
    "Closest pairs",
    "In threes: a generated image, the place in a training image that it is most like, and the difference. A copy has a black difference; look for the same crossings, ends and spots, not for the same style.",
    gallery("novelty"),
    { columns: 2 },
  );
  if (novelty.length === 0 && !closest) return undefined;
  const domain = sharedDomain(novelty);
  const charts = await Promise.all(novelty.map((entry) => noveltyChart(entry, domain)));
  return {
    id: "novelty",
    title: "New, or copied?",
    lead: "A generator that learned by heart would repeat its training images. Each generated image, flipped and turned, is searched for in all of them; so is each held-out real image, which shows how alike two real images are by nature.",
    body: html`${
      novelty.length === 0
        ? undefined
        : html`${legend([
            { name: names.heldOut, colour: palette.soft, isArea: true },
            { name: names.generated, colour: colourOf(names.generated) },
          ])}
<div class="columns three">${charts}</div>
<p class="key">Normalised cross-correlation of the best match; 1 is a faithful copy. If nothing is copied, the blue line follows the grey area. Each shows shares of its own images.</p>`
    }
${closest}`,
  };
}
