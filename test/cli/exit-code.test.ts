import { expect, test } from "vitest";
import { commandLine } from "../../src/cli/command-line.ts";
import { CANCELLED, failure, isExplained, OUR_FAULT, WRONG_INPUT } from "../../src/cli/exit-code.ts";
import { CancelledError, DataError } from "../../src/core/errors.ts";
import { listeningTerminal } from "./invoke.ts";

const details = { where: "cells", expected: "images", received: "none", fix: "Add some." };

test("an error of ours says what to do, without a stack", () => {
  const { code, text } = failure(new DataError(details), "fantascope check cells");
  expect(code).toBe(WRONG_INPUT);
  expect(text).toBe("Error: cells: expected images, got none. Add some.\n");
});

test("an error that a worker thread sent home is known by its fields", () => {
  const { message, name, kind } = new DataError(details);
  const revived = Object.assign(new Error(message), { ...details, kind, name });
  expect(isExplained(revived)).toBe(true);
  expect(failure(revived, "x")).toEqual(failure(new DataError(details), "x"));
});

test("a request to stop says that the same command continues", () => {
  const { code, text } = failure(new CancelledError(details), "fantascope demo --out here");
  expect(code).toBe(CANCELLED);
  expect(text).toContain("the same command continues:\n  fantascope demo --out here\n");
});

test("any other error is a fault of ours: with stack, and a line asking to report it", () => {
  const { code, text } = failure(new TypeError("x is not a function"), "fantascope demo");
  expect(code).toBe(OUR_FAULT);
  expect(text).toMatch(/TypeError: x is not a function\n {4}at /);
  expect(text).toContain("Please report it");
  expect(isExplained(new TypeError("x"))).toBe(false);
  expect(failure("thrown text", "fantascope demo").text).toContain("thrown text");
});

test("a fault within a command ends the program with 70 and names the command", async () => {
  const terminal = listeningTerminal();
  const broken = {
    ...terminal,
    print: () => {
      throw new RangeError("no such column");
    },
    note: terminal.note,
  };
  const code = await commandLine(["report", "--help"], { terminal: broken, signal: new AbortController().signal });
  expect(code).toBe(OUR_FAULT);
  expect(terminal.err).toMatch(/RangeError: no such column/);
  expect(terminal.err).toMatch(/\n {2}fantascope report --help\n$/);
});
