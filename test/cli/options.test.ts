import { expect, test } from "vitest";
import { invoke } from "./invoke.ts";

test.each([
  [["frobnicate"], /unknown command 'frobnicate'/],
  [["demo", "--frobnicate"], /unknown option '--frobnicate'/],
  [["demo", "--minutse", "3"], /Did you mean --minutes\?/],
  [["demo", "extra"], /too many arguments/],
  [["check"], /missing required argument 'folder'/],
  [["calibrate"], /required option '--real <folder>'/],
  [["demo", "--minutes", "soon"], /'--minutes <n>' argument 'soon' is invalid\. Expected a number of at least 0\.1\./],
  [["demo", "--workers", "1.5"], /Expected a whole number of at least 1\./],
  [["fit", "--real", "a", "--out", "b", "--low-pass", "2"], /Expected a number from 0\.1 to 1\./],
  [["simulate", "--out", "x"], /either --calibration FILE or --preset NAME/],
  [["simulate", "--out", "x", "--preset", "confocal"], /Allowed choices are fluorescence-nuclei/],
  [["simulate", "--out", "x", "--preset", "fluorescence-nuclei", "--calibration", "y"], /cannot be used with/],
  [["run", "segmentation"], /expected a recipe \(segment, super-resolve\) or a recipe file, got "segmentation"/],
  [["run", "segment", "--minutes", "1e9"], /command line\.minutes: .*100000/],
])("%j is refused with words that help", async (args, words) => {
  const { code, out, err } = await invoke(args);
  expect(err).toMatch(words);
  expect(err).toMatch(/^Error: /);
  expect(err).not.toMatch(/\n {4}at /);
  expect([code, out]).toEqual([2, ""]);
});
