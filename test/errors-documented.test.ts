import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as errors from "../src/core/errors.ts";

const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");

/** Sections of the page by their title. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split("\n", 1)[0]!, section]),
);
const classes = Object.entries(errors).filter(([, value]) => typeof value === "function");

test("docs/errors.md describes every error there is, and no other", () => {
  expect([...sections.keys()].sort()).toEqual(classes.map(([name]) => name).sort());
  for (const name of sections.keys())
    if (name !== "FantascopeError") expect(page).toContain(`(#${name.toLowerCase()})`);
});

test.each(classes)("%s: kind, an example that reads like a message, and what to do", (name, value) => {
  const section = sections.get(name) ?? "";
  expect(section).toMatch(/^```text\n\S.*: expected .+, got .+\.\n```$/m);
  if (value === errors.FantascopeError) return;
  const error = new (value as typeof errors.ShapeError)({ where: "here", expected: "this", received: "that" });
  expect(error).toBeInstanceOf(errors.FantascopeError);
  expect(error).toMatchObject({ name, message: "here: expected this, got that." });
  expect(section).toContain(`\n\`${error.kind}\`. `);
  expect(section).toContain("**What to do:**");
});
