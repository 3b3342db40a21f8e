import { type Html, html, type Part, trusted } from "./html.ts";

/** The few building blocks that the pages share: tables, legends, facts, notes. */

/** Column heading and how its cells are set. */
export interface Column {
  readonly title: Part;
  /** Numbers are right-aligned so that their digits stand below each other. */
  readonly isNumber?: boolean;
}

/** Cells of one table row; the first is its heading. */
export interface Row {
  readonly cells: readonly Part[];
  /** The row that the verdict recommends. */
  readonly isChosen?: boolean;
}

/** Table that scrolls sideways by itself when the window is narrow. */
export function table(caption: Part, columns: readonly Column[], rows: readonly Row[]): Html {
  const number = (index: number) => trusted(columns[index]?.isNumber ? ' class="number"' : "");
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span class="told">${caption}</span></caption>
<thead><tr>${columns.map(({ title }, index) => html`<th scope="col"${number(index)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ cells, isChosen }) => html`
<tr${trusted(isChosen ? ' class="chosen"' : "")}>${cells.map((cell, index) =>
      index === 0 ? html`<th scope="row"${number(index)}>${cell}</th>` : html`<td${number(index)}>${cell}</td>`,
    )}</tr>`,
  )}
</tbody></table></div>`;
}

/** Names and values, one pair per line. */
export function facts(pairs: readonly (readonly [name: string, value: Part])[]): Html {
  return html`<dl class="facts">${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Round spot in a figure's colour, before a name. */
export function swatch(colour: string): Html {
  return html`<span class="swatch" style="--swatch: ${colour}"></span>`;
}

/** What the colours and line patterns of a figure mean. */
export function legend(
  entries: readonly { name: string; colour: string; dash?: readonly number[]; isArea?: boolean }[],
): Html {
  return html`<ul class="legend">${entries.map(
    ({ name, colour, dash = [1, 0], isArea = false }) =>
      html`<li><svg viewBox="0 0 26 10" aria-hidden="true"><path d="M0 5h26" stroke="${colour}" stroke-width="${isArea ? 10 : 3}"${trusted(isArea ? ' opacity=".28"' : "")} stroke-dasharray="${dash.join(" ")}"/></svg>${name}</li>`,
  )}</ul>`;
}

/** A figure with what stands above and below it. */
export function chart(
  svg: string,
  { title, caption, kind = "" }: { title?: Part; caption?: Part; kind?: string } = {},
): Html {
  return html`<figure class="chart ${kind}">${title === undefined ? undefined : html`<h3>${title}</h3>`}
${trusted(svg)}
${caption === undefined ? undefined : html`<figcaption>${caption}</figcaption>`}</figure>`;
}

/** How a note is coloured: green, blue, amber or orange-red. */
export type Tone = "helped" | "same" | "doubt" | "hurt";

/** Coloured word or two, with a dot. */
export function badge(tone: Tone, text: string, { plain = false }: { plain?: boolean } = {}): Html {
  return html`<span class="badge tone-${tone}${plain ? " plain" : ""}"><i></i>${text}</span>`;
}

/** List of remarks, each with a coloured edge. */
export function notes(items: readonly { tone: Tone; body: Part }[]): Html {
  return html`<ul class="notes">${items.map(({ tone, body }) => html`<li class="tone-${tone}">${body}</li>`)}</ul>`;
}

/** What a reader opens only when interested. */
export function more(summary: string, body: Html): Html {
  return html`<details><summary>${summary}</summary>${body}</details>`;
}
