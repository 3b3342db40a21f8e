import type { Picture, RunRecord } from "../../recipes/record.ts";
import { type Html, html } from "../html.ts";
import type { Section } from "../page.ts";
import { type EmbeddedPicture, type PictureLayout, pictures } from "../picture.ts";
import { wordingOf } from "../wording/index.ts";
import { isStandIn } from "./reading.ts";

/** Pictures of a run by role, read and ready to be embedded. */
export type Gallery = (role: Picture["role"]) => readonly EmbeddedPicture[];

/** Reads all pictures of a record. One that cannot be read becomes a frame that says so: an old page is better than none. */
export async function readGallery(
  record: RunRecord,
  readPicture: (file: string) => Promise<Uint8Array>,
): Promise<Gallery> {
  const read = await Promise.all(
    record.pictures.map(async ({ role, ...words }) => {
      const png = await readPicture(words.file).catch(() => undefined);
      return { role, picture: png ? { ...words, png } : words };
    }),
  );
  return (role) => read.filter((entry) => entry.role === role).map(({ picture }) => picture);
}

/** Real, simulated and generated images side by side. */
export function comparisonSection(record: RunRecord, gallery: Gallery): Section | undefined {
  const list = gallery("comparison");
  if (list.length === 0) return undefined;
  return {
    id: "images",
    title: list.some(({ title }) => title.startsWith("Generated"))
      ? "Real, simulated, generated"
      : "Real and simulated",
    lead: `${wordingOf(record).comparison}${isStandIn(record) ? " In this run “real” means the stand-in simulator." : ""} Click a picture to enlarge it.`,
    // Where hidden signals are looked for, equalised pictures are part of that evidence; elsewhere they belong beside the plain ones.
    body: html`${pictures(list, { sideBySide: true })}${record.steganography.length > 0 ? undefined : picturesUnder("Equalised", "The same with local contrast stretched: seams, regular patterns and noise that the eye misses above show here.", gallery("equalised"), { sideBySide: true })}`,
  };
}

/** Images with the outlines of their labels, and test images with those of predictions. */
export function overlaySection(record: RunRecord, gallery: Gallery): Section | undefined {
  const [labels, predictions] = [gallery("overlay"), gallery("prediction")];
  if (labels.length + predictions.length === 0) return undefined;
  return {
    id: "outlines",
    title: "Labels and predictions on the images",
    lead: wordingOf(record).outlines,
    body: html`${pictures(labels)}${picturesUnder("Predicted on test images", "Held-out images that no model has seen.", predictions)}`,
  };
}

/** Pictures of a role under a heading of their own inside a section; nothing when there are none. */
export function picturesUnder(
  title: string,
  text: string,
  list: readonly EmbeddedPicture[],
  layout: PictureLayout = {},
): Html | undefined {
  return list.length === 0 ? undefined : html`<h3>${title}</h3><p class="soft">${text}</p>${pictures(list, layout)}`;
}
