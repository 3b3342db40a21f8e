import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const inFolder = (folder: string, recursive: boolean) =>
  readdirSync(join(root, folder), { recursive, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file));
const pages = [...inFolder(".", false), ...inFolder("docs", true)].map((page) => ({
  page,
  text: readFileSync(join(root, page), "utf8"),
}));

/**
 * Examples to run, each with the line where it begins: a block opened by ` ```ts `, and the blocks opened by ` ```ts continued ` after it, which
 * belong to the same program. One opened by ` ```ts fragment ` shows a form and is not run.
 */
function examplesIn(text: string): { readonly line: number; readonly code: string }[] {
  const found: { line: number; code: string }[] = [];
  for (const match of text.matchAll(/^```ts( continued)?\n(.*?)^```$/gms)) {
    const [, continued, code] = match as unknown as [string, string | undefined, string];
    const line = text.slice(0, match.index).split("\n").length;
    const begun = found.at(-1);
    if (continued && !begun) throw new Error(`line ${line}: nothing to continue`);
    if (continued) begun!.code += code;
    else found.push({ line, code });
  }
  return found;
}

const examples = pages.flatMap(({ page, text }) =>
  examplesIn(text).map(({ line, code }) => ({ name: `${page}:${line}`, code })),
);

const { exports: entries } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, { default: string }>;
};

const folder = mkdtempSync(join(tmpdir(), "fantascope-docs-"));
beforeAll(() => symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("there is a page for newcomers", () => {
  expect(pages.map(({ page }) => page)).toContain("README.md");
});

test.each(examples)("example runs: $name", async ({ name, code }) => {
  const file = join(folder, `${name.replaceAll(/\W+/g, "-")}.mts`);
  // as in package.json, but from the source: `fantascope/engine` is src/engine.ts
  const source = (entry: string) => {
    const { default: built } = entries[entry.replace("fantascope", ".")]!;
    return pathToFileURL(join(root, built.replace("./dist/", "src/").replace(/\.js$/, ".ts"))).href;
  };
  writeFileSync(
    file,
    code.replaceAll(/from "(fantascope[^"]*)"/g, (_, entry: string) => `from "${source(entry)}"`),
  );
  await promisify(execFile)(process.execPath, [file], { cwd: folder, timeout: 60_000 });
});

/** Where links and pictures of a page lead, without those to the web or within the page. */
function links(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, "").replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(\s*<?([^)\s>]+)|<(?:img|a)\b[^>]*?\b(?:src|href)="([^"]+)"/g)]
    .map((match) => match[1] ?? match[2]!)
    .filter((link) => !/^(?:[a-z]+:|#)/i.test(link));
}

test.each(pages)("links lead somewhere: $page", ({ page, text }) => {
  const broken = links(text).filter((link) => {
    const target = resolve(root, dirname(page), decodeURIComponent(link.split("#")[0]!));
    return relative(root, target).startsWith("..") || !existsSync(target);
  });
  expect(broken).toEqual([]);
});

test("links are found in every form", () => {
  const text =
    'a [b](docs/x.md#y) ![c](d.png "title") <img width="9" src="e.svg"> [w](https://w.org) [h](#h) `[n](o)`\n```md\n[n](o)\n```';
  expect(links(text)).toEqual(["docs/x.md#y", "d.png", "e.svg"]);
});

test("a continued example runs with what it continues", () => {
  const block = (word: string, code: string) => `\`\`\`ts${word}\n${code}\n\`\`\`\n`;
  const text = [block("", "a"), "prose", block(" fragment", "not"), block(" continued", "b"), block("", "c")].join(
    "\n",
  );
  expect(examplesIn(text)).toEqual([
    { line: 1, code: "a\nb\n" },
    { line: 14, code: "c\n" },
  ]);
  expect(() => examplesIn(block(" continued", "b"))).toThrow("line 1: nothing to continue");
});
