/** Where the text of safe markup is kept: a symbol, so that no parsed JSON can pass for it. */
const markup = Symbol("markup");

/** Markup that is safe to stand in a page as it is. Only {@link html} and {@link trusted} make it. */
export interface Html {
  readonly [markup]: string;
}

/** What may stand in a template: text and numbers (escaped), markup (kept), nothing, or lists of these. */
export type Part = Html | string | number | undefined | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text in which no character means anything to HTML, inside or outside of attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

function render(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  if (markup in part) return part[markup];
  return part.map(render).join("");
}

/** Markup that this program wrote itself, such as a figure. Never for text that came from a user. */
export function trusted(text: string): Html {
  return { [markup]: text };
}

/**
 * Template for markup in which everything put in is escaped unless it is markup already.
 *
 * @example
 * html`<p>${"a < b"}</p>`; // <p>a &lt; b</p>
 */
export function html(pieces: TemplateStringsArray, ...parts: Part[]): Html {
  return trusted(pieces.map((piece, index) => piece + render(parts[index])).join(""));
}

/** The text of finished markup. */
export function markupText(part: Html): string {
  return part[markup];
}
