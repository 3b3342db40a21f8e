import { type Html, html } from "./html.ts";

/** A picture with its words, ready to stand in a page. Without `png` a frame says that the file is missing. */
export interface EmbeddedPicture {
  readonly title: string;
  readonly caption?: string;
  readonly png?: Uint8Array;
  /** Named in the frame when the picture is missing. */
  readonly file?: string;
}

/** Width and height of a PNG from its header (bytes 16 to 23), so that the page does not jump while it loads. */
function pngSize(png: Uint8Array): { width: number; height: number } | undefined {
  if (png.length < 24) return undefined;
  const header = new DataView(png.buffer, png.byteOffset, 24);
  return { width: header.getUint32(16), height: header.getUint32(20) };
}

/** Whether a picture is a strip, which needs more room across. */
function isWide(png: Uint8Array): boolean {
  const size = pngSize(png);
  return size !== undefined && size.width > 2 * size.height;
}

/** PNG bytes as an address that holds the picture itself. */
export function dataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString("base64")}`;
}

/** Picture with title and caption; a click or the space bar enlarges it (a hidden checkbox, no script). */
export function picture({ title, caption, png, file }: EmbeddedPicture): Html {
  const words = html`<figcaption><strong>${title}</strong>${caption ? html` ${caption}` : undefined}</figcaption>`;
  const size = png && pngSize(png);
  if (!png || !size)
    return html`<figure class="picture"><div class="missing">The picture ${file ?? ""} is missing.</div>${words}</figure>`;
  const { width, height } = size;
  return html`<figure class="picture${isWide(png) ? " wide" : ""}"><label><input type="checkbox" aria-label="Enlarge ${title}"><img src="${dataUri(png)}" width="${width}" height="${height}" alt="${title}"></label>${words}</figure>`;
}

/** Pictures in a grid that fits the window. */
export function pictures(
  list: readonly EmbeddedPicture[],
  { sideBySide = false }: { sideBySide?: boolean } = {},
): Html {
  const isBroad = list.every(({ png }) => png !== undefined && isWide(png));
  return html`<div class="pictures${sideBySide ? " three" : isBroad ? " broad" : ""}">${list.map(picture)}</div>`;
}
