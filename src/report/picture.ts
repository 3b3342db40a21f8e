import { type Html, html } from "./html.ts";

/** A picture with its words, ready to stand in a page. Without `png` a frame says that the file is missing. */
export interface EmbeddedPicture {
  readonly title: string;
  readonly caption?: string;
  readonly png?: Uint8Array;
  /** Named in the frame when the picture is missing. */
  readonly file?: string;
}

/** How pictures stand in their grid. */
export interface PictureLayout {
  /** For pictures to be compared with each other: three in a row, or two rows of two. */
  readonly sideBySide?: boolean;
  /** For sheets with columns of their own, which must stay large enough to be read. */
  readonly columns?: 1 | 2;
}

/** Width and height of a PNG from its header (bytes 16 to 23), so that the page does not jump while it loads. */
function pngSize(png: Uint8Array): { width: number; height: number } | undefined {
  if (png.length < 24) return undefined;
  const header = new DataView(png.buffer, png.byteOffset, 24);
  return { width: header.getUint32(16), height: header.getUint32(20) };
}

/** Width over height of a picture; 1 when it is missing. */
function aspect({ png }: EmbeddedPicture): number {
  const size = png && pngSize(png);
  return size ? size.width / size.height : 1;
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
  return html`<figure class="picture${width > 4 * height ? " wide" : ""}"><label><input type="checkbox" aria-label="Enlarge ${title}"><img src="${dataUri(png)}" width="${width}" height="${height}" alt="${title}"></label>${words}</figure>`;
}

/** Class of the grid: pictures that are broader than high, such as contact sheets, need columns twice as wide. */
function gridKind(list: readonly EmbeddedPicture[], { sideBySide = false, columns }: PictureLayout): string {
  if (columns !== undefined) return columns === 1 ? " full" : " two";
  if (sideBySide) return list.length === 4 ? " two" : " three";
  return list.some((item) => aspect(item) >= 1.5) ? " broad" : "";
}

/** Pictures in a grid that fits the window. */
export function pictures(list: readonly EmbeddedPicture[], layout: PictureLayout = {}): Html {
  return html`<div class="pictures${gridKind(list, layout)}">${list.map(picture)}</div>`;
}
