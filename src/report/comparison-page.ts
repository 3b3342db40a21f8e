import type { NoveltyRecord, RealismRecord } from "../recipes/record.ts";
import type { Tone } from "./elements.ts";
import { formatCounted, formatDecimals } from "./format.ts";
import { html } from "./html.ts";
import { page, type Section } from "./page.ts";
import { type EmbeddedPicture, pictures } from "./picture.ts";
import { noveltySection } from "./sections/novelty.ts";
import { realismSection } from "./sections/realism.ts";

/** What a comparison of two sets of images found. */
export interface Comparison {
  readonly title: string;
  readonly realism: RealismRecord;
  /** Only where the training images are known. */
  readonly novelty?: NoveltyRecord;
  /** Real and generated patches side by side. */
  readonly pictures: readonly EmbeddedPicture[];
  /** Closest pairs of generated and training images. */
  readonly closest: readonly EmbeddedPicture[];
}

/** What a reader should take away: the headline, the gravest finding, and the others with their numbers. */
export function comparisonFindings({ realism, novelty }: Pick<Comparison, "realism" | "novelty">): {
  readonly tone: Tone;
  readonly headline: string;
  readonly sentences: readonly string[];
} {
  const kernel = realism.measures.find(({ name }) => name.startsWith("Kernel"))!;
  const floor = kernel.floor ?? 0;
  const told = (value: number) => formatDecimals(Math.abs(value) < 0.005 ? 0 : value, Math.abs(value) >= 10 ? 1 : 2);
  const isApart = kernel.low > floor;
  const realistic = isApart
    ? "The images differ from real ones."
    : "By these features the images cannot be told from real ones.";
  const numbers = `The kernel distance to real images is ${told(kernel.value)} [${told(kernel.low)}, ${told(kernel.high)}], that of real images among themselves ${told(floor)}.`;
  const tone = isApart ? "doubt" : "helped";
  if (!novelty) return { tone, headline: realistic, sentences: [numbers] };
  const { sentence } = novelty;
  if (novelty.outcome === "copies")
    return { tone: "hurt", headline: "Training images were copied.", sentences: [sentence, numbers] };
  if (novelty.outcome === "not more alike") return { tone, headline: realistic, sentences: [numbers, sentence] };
  return { tone: "doubt", headline: realistic, sentences: [sentence, numbers] };
}

/** Page of `fantascope compare`: how near generated images are to real ones, and whether they are copies. */
export async function renderComparisonPage(comparison: Comparison): Promise<string> {
  const { title, realism, novelty, closest } = comparison;
  const { tone, headline, sentences } = comparisonFindings(comparison);
  const gallery = (role: string) => (role === "novelty" ? closest : []);
  const sections: (Section | undefined)[] = [
    {
      id: "images",
      title: "Real and generated",
      lead: "Patches as they were compared, drawn by lot, on one grey scale. Click a picture to enlarge it.",
      body: pictures(comparison.pictures, { columns: 1 }),
    },
    await realismSection({ realism: [realism] }),
    await noveltySection({ novelty: novelty ? [novelty] : [] }, gallery),
  ];
  return page({
    title,
    subtitle: `${formatCounted(realism.images, "generated patch", "generated patches")}, ${formatCounted(realism.realImages, "real patch", "real patches")} · features ${realism.featureNetwork}`,
    opening: html`<div class="verdict tone-${tone}"><h2 class="verdict-sentence">${headline}</h2>${sentences.map((sentence) => html`<p>${sentence}</p>`)}${
      novelty
        ? undefined
        : html`<p>Whether images were copied is not known: that takes the images that the generator learned from (--training).</p>`
    }</div>`,
    sections: sections.filter((section) => section !== undefined),
    footer:
      "Made by fantascope compare. Numbers of another feature network, or from another number of images, do not compare.",
  });
}
