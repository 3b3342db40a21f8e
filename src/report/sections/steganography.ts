import type { RunRecord, SteganographyRecord } from "../../recipes/record.ts";
import { badge, table } from "../elements.ts";
import { palette } from "../figures/palette.ts";
import { formatNumber } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { Section } from "../page.ts";
import { type Gallery, picturesUnder } from "./gallery.ts";

/** Bar of an error ratio with a dashed mark at 1, where nothing changed. */
function ratioBar(ratio: number, widest: number, colour: string): Html {
  const share = (value: number) => `${((100 * Math.min(value, widest)) / widest).toFixed(1)}%`;
  return html`<div class="ratio"><i style="width: ${share(ratio)}; --swatch: ${colour}"></i><b style="left: ${share(1)}"></b></div>`;
}

/** Brightness of contacts, over the simulator's, below which the generator is said to darken them. */
const DARKENED = 0.8;

function contactsSentence({ generated, simulated, n }: NonNullable<SteganographyRecord["contacts"]>): Html {
  const told = `Where two nuclei touch (${formatNumber(n)} contacts) images have ${generated.toFixed(2)} of the dimmer one's brightness, simulated ones ${simulated.toFixed(2)}`;
  return generated < DARKENED * simulated
    ? html`${told}: the generator darkens contacts, so that its inverse can tell the nuclei apart. Few real contacts are dark. <code>generator.imageCycle: foreground</code> darkens them less.`
    : html`${told}.`;
}

/** Spread of brightness, over the simulator's, below which the generator is said to make nuclei alike. */
const ALIKE = 0.75;

function spreadSentence({ generated, simulated, n }: NonNullable<SteganographyRecord["brightnessSpread"]>): Html {
  const percent = (spread: number) => `${Math.round(100 * spread)} %`;
  const told = `The nuclei of one image differ in brightness by ${percent(generated)}, in simulated images by ${percent(simulated)} (median of ${formatNumber(n)} images)`;
  return generated < ALIKE * simulated
    ? html`${told}: a mask does not say how bright a nucleus is, and this generator makes all about equally bright. <code>generator.brightness: simulated</code> lays its detail on the brightness of the simulator's images.`
    : html`${told}.`;
}

function generatorTable(entry: SteganographyRecord, widest: number): Html {
  const colour = entry.hidden ? palette.vermillion : palette.green;
  return html`<div>
<h3>${entry.generator} ${badge(entry.hidden ? "hurt" : "helped", entry.hidden ? "hidden signal" : "nothing hidden", { plain: true })}</h3>
<p>${entry.sentence}</p>
${entry.brightnessSpread ? html`<p>${spreadSentence(entry.brightnessSpread)}</p>` : ""}
${entry.contacts ? html`<p>${contactsSentence(entry.contacts)}</p>` : ""}
${table(
  `${entry.lowPass < 1 ? `Low-pass keeps the fraction ${formatNumber(entry.lowPass)} of the DCT coefficients per axis.` : "No low-pass (r = 1)."} Share of fine detail against real images: × ${formatNumber(entry.highBandRatio)}.`,
  [
    { title: "Disturbance" },
    { title: "Cycle error", isNumber: true },
    { title: "Ratio", isNumber: true },
    { title: "dashed: unchanged" },
  ],
  entry.cycleErrors.map(({ disturbance, error, ratio }) => ({
    cells: [disturbance, error.toFixed(4), `× ${ratio.toFixed(2)}`, ratioBar(ratio, widest, colour)],
  })),
)}</div>`;
}

/** Whether a generator hides its label in the image: cycle errors under disturbances, and pictures made to show it. */
export function steganographySection({ steganography }: RunRecord, gallery: Gallery): Section | undefined {
  if (steganography.length === 0 && gallery("steganography").length === 0) return undefined;
  const shown = [
    picturesUnder(
      "Hidden signals made visible",
      "Cycled masks with and without disturbance of the image in between.",
      gallery("steganography"),
    ),
    picturesUnder(
      "Equalised pictures",
      "Adaptive histogram equalisation lifts faint structure out of the background: regular patterns there are a hidden signal, not biology.",
      gallery("equalised"),
    ),
  ];
  const widest = Math.max(1.5, ...steganography.flatMap(({ cycleErrors }) => cycleErrors.map(({ ratio }) => ratio)));
  return {
    id: "hidden-signals",
    title: "Is anything hidden in the images?",
    lead: "A CycleGAN can cheat: it leaves nuclei out of the image, or nearly, and still reads their label back from traces that nobody sees. Two probes tell: the error of the cycle jumps when the image is slightly disturbed, or labelled nuclei have no contrast.",
    body: html`<div class="columns">${steganography.map((entry) => generatorTable(entry, widest))}</div>${shown}`,
  };
}
