/** Text of a page or figure as a reader sees it: without markup, entities resolved, blanks joined. */
export function visibleText(markup: string): string {
  return markup
    .replace(/<style>[\s\S]*?<\/style>/g, " ")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ");
}

const empty = new Set(["meta", "img", "input", "br", "hr", "link"]);

/** Elements that are not closed in order; a well-formed page has none. */
export function unbalanced(markup: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name, rest] of markup.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:"[^"]*"|[^">])*)>/g)) {
    if (empty.has(name!) || rest!.endsWith("/")) continue;
    if (slash === "") open.push(name!);
    else if (open.pop() !== name) wrong.push(name!);
  }
  return [...wrong, ...open];
}

/** Outline of a page: its headings with their level. */
export function outline(markup: string): string[] {
  return [...markup.matchAll(/<h([1-4])[^>]*>([\s\S]*?)<\/h\1>/g)].map(
    ([, level, text]) => `${"  ".repeat(Number(level) - 1)}${visibleText(text!).trim()}`,
  );
}

/** What a browser would load or run: empty for a self-contained page without scripts. */
export function loads(markup: string): string[] {
  const patterns = [
    /<(script|link|iframe|object|embed|base|form|video|audio|source)\b[^>]*>/gi,
    /\b(?:src|srcset|poster|background|action|data|xlink:href)="(?!data:image\/png;base64,)[^"]*"/gi,
    /<(?:use|image)\b[^>]*href="(?!#)[^"]*"/gi,
    /url\([^)]*\)/gi,
    /@import[^;]*/gi,
    /\son[a-z]+="[^"]*"/gi,
    /javascript:/gi,
  ];
  return patterns.flatMap((pattern) => markup.match(pattern) ?? []);
}
