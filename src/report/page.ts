import { type Html, html, markupText, trusted } from "./html.ts";
import { style } from "./style.ts";

/** A part of a page that the contents list at its top leads to. */
export interface Section {
  /** Anchor, unique on the page. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences under the title: what is shown and how to read it. */
  readonly lead?: Html | string;
  readonly body: Html;
}

/** What a page consists of. */
export interface PageContent {
  readonly title: string;
  /** One line under the title: when, what, how much. */
  readonly subtitle: string;
  /** A sentence above everything else: for what must not be overlooked. */
  readonly banner?: Html;
  /** What stands before the contents list: the answer. */
  readonly opening: Html;
  readonly sections: readonly Section[];
  readonly footer: Html | string;
}

// The browser itself then refuses scripts and everything that is not in the file.
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

function sectionMarkup({ id, title, lead, body }: Section): Html {
  return html`
<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${lead === undefined ? undefined : html`<p class="lead">${lead}</p>`}
${body}
</section>`;
}

/** One self-contained HTML page, without scripts and without anything fetched from elsewhere. */
export function page({ title, subtitle, banner, opening, sections, footer }: PageContent): string {
  return markupText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
${banner === undefined ? undefined : html`<div class="stand-in" role="note"><p>${banner}</p></div>`}
<div class="page">
<header class="top">
<h1>${title}</h1>
<p>${subtitle}</p>
</header>
<main>
${opening}
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(sectionMarkup)}
</main>
<footer>${footer}</footer>
</div>
</body>
</html>
`);
}
