import { describe, expect, test } from "vitest";
import { toCanonical } from "../../src/data/canonical.ts";
import type { RunRecord } from "../../src/recipes/record.ts";
import { segmentCardTexts } from "../../src/recipes/segment/card-texts.ts";
import { superResolveCardTexts } from "../../src/recipes/super-resolve/card-texts.ts";
import type { SuperResolvePlan } from "../../src/recipes/super-resolve/plan.ts";
import { formatScore } from "../../src/report/format.ts";
import { type ModelCardOptions, modelCard } from "../../src/report/model-card.ts";
import { superResolverNetworks } from "../../src/tasks/super-resolve/network.ts";
import { fakeDemoRecord, fakeRecord } from "./fake-record.ts";
import { fakeSuperResolveRecord } from "./fake-super-resolve-record.ts";

const options: ModelCardOptions = {
  name: "My segmenter",
  arm: fakeRecord.arms.find(({ name }) => name === "combined")!,
  seed: 1,
  texts: segmentCardTexts(fakeRecord.recipe),
  authors: [{ name: "Ada Lovelace" }, { name: "Charles Babbage" }],
  license: "CC-BY-4.0",
  fantascope: "9.9.9",
};
const card = (record: RunRecord = fakeRecord, changes: Partial<ModelCardOptions> = {}) =>
  modelCard(record, { ...options, ...changes });
const section = (text: string, heading: string) => text.split(/^## /m).find((part) => part.startsWith(heading))!;
const rowOf = (text: string, title: string) =>
  text.split("\n").find((line) => line.startsWith("|") && line.includes(title));

describe("validation", () => {
  test("the arm stands beside its baselines, each with its intervals, images to annotate and seeds", () => {
    const validation = section(card(), "Validation");
    for (const name of ["combined", "classical", "real-all"]) {
      const arm = fakeRecord.arms.find((one) => one.name === name)!;
      const row = rowOf(validation, arm.title)!;
      expect(row).toContain(`| ${arm.annotatedImages} | ${arm.scores[0]!.perSeed.length} |`);
      for (const { value, low, high } of arm.scores)
        expect(row).toContain(`${formatScore(value)} (${formatScore(low)}–${formatScore(high)})`);
    }
    expect(validation).toContain(`> ${fakeRecord.verdict.sentence}`);
    expect(validation).toContain("18 test images that no arm learned from");
    expect(rowOf(validation, "Vanilla")).toBeUndefined();
  });

  test("no score is there that is not in the record", () => {
    const known = new Set(
      fakeRecord.arms.flatMap(({ scores }) =>
        scores.flatMap(({ value, low, high, perSeed }) => [value, low, high, ...perSeed].map(formatScore)),
      ),
    );
    const told = section(card(), "Validation").match(/\b\d\.\d{3}\b/g)!;
    expect(told.length).toBeGreaterThan(40);
    expect(told.filter((number) => !known.has(number))).toEqual([]);
  });

  test("the scores of the packaged model alone are those of its seed", () => {
    const [first] = options.arm === undefined ? [] : fakeRecord.arms.find(({ name }) => name === "combined")!.scores;
    for (const seed of [0, 1, 2])
      expect(card(fakeRecord, { seed })).toContain(
        `alone (seed ${seed}): ${first!.metric} ${formatScore(first!.perSeed[seed]!)},`,
      );
    const later = { ...fakeRecord, recipe: { ...fakeRecord.recipe, seed: 5 } };
    expect(card(later, { seed: 6 })).toContain(`alone (seed 6): ${first!.metric} ${formatScore(first!.perSeed[1]!)},`);
    expect(card(fakeRecord, { seed: 7 })).not.toContain("alone (seed");
  });

  test("an arm that was chosen by its score says so, another one does not", () => {
    expect(card()).toMatch(/likely to be a little too high/);
    const arm = fakeRecord.arms.find(({ name }) => name === "simulated")!;
    expect(card(fakeRecord, { arm })).not.toMatch(/likely to be/);
  });

  test("only comparisons of this arm are told", () => {
    const validation = section(card(), "Validation");
    for (const { arm, sentence } of fakeRecord.comparisons)
      expect(validation.includes(`- ${sentence}`)).toBe(arm === "combined");
  });

  test("a run without scores says so", () => {
    const text = card({
      ...fakeRecord,
      arms: [],
      comparisons: [],
      verdict: { outcome: "not scored", sentence: "Nothing was scored.", recommended: "combined" },
    });
    expect(section(text, "Validation")).toMatch(/> Nothing was scored\.\n\nThere are no scores of this model\./);
  });
});

test("scores of a stand-in are said to be simulated, in bold and first of all; those of real images are not", () => {
  const [title, notice] = card(fakeDemoRecord).split("\n\n");
  expect(title).toBe("# My segmenter");
  expect(notice).toMatch(/^\*\*Simulated: .*nothing about a real one\.\*\*$/);
  expect(section(card(fakeDemoRecord), "Validation")).toContain("18 test images (simulated)");
  expect(section(card(fakeDemoRecord), "Training")).toContain("(simulated stand-in)");
  expect(card()).not.toMatch(/Simulated:|stand-in|\(simulated\) that/);
});

test("training: what the arm learned from, of its own seed, and what was only looked at, with hashes", () => {
  const data = ["simulated-0", "simulated-1", "simulated-11"].map((name) => ({
    ...fakeRecord.data[2]!,
    name,
    hash: `hash of ${name}`,
  }));
  const text = section(card({ ...fakeRecord, data: [...fakeRecord.data.slice(0, 2), ...data] }), "Training");
  expect(text).toContain("600 steps");
  expect(rowOf(text, "simulated-1 ")).toMatch(/trained on \| 500 \| 7,214 \| `hash of simulated-1`/);
  expect(rowOf(text, "simulated-0")).toBeUndefined();
  expect(rowOf(text, "simulated-11")).toBeUndefined();
  expect(rowOf(text, "fake-nuclei train")).toContain("seen without labels");
  expect(rowOf(text, "fake-nuclei test")).toBeUndefined();
  const arm = fakeRecord.arms.find(({ name }) => name === "real-5")!;
  expect(rowOf(section(card(fakeRecord, { arm }), "Training"), "fake-nuclei train")).toContain("trained on as many");
});

test("the formula of the canonical form is the one that the program uses", () => {
  const [, background, contrast] = /v = clip\(([\d.]+) \+ ([\d.]+) \*/.exec(card())!.map(Number);
  const form = { diameterPx: 20, background: 300, foreground: 900, scale: 1 };
  const plane = { data: new Float32Array(64).fill(500), height: 8, width: 8 };
  expect(toCanonical(plane, form).data[0]).toBeCloseTo(background! + contrast! * (200 / 600), 6);
});

test("a super-resolver: its own words and units, and nothing of nuclei", () => {
  const record = fakeSuperResolveRecord;
  const arm = record.arms.find(({ name }) => name === "combined")!;
  const degradation = { kind: "published", settings: { pixelSizeUm: 0.1 } } as const;
  const plan = { arms: [] } as unknown as SuperResolvePlan;
  const config = { network: superResolverNetworks.care, scale: 2 } as const;
  const texts = superResolveCardTexts(record, { degradation, plan }, { arm, seed: 1 }, config);
  const text = modelCard(record, { ...options, arm, texts });
  expect(text).not.toMatch(/nucle|label|annotat/i);
  const validation = section(text, "Validation");
  expect(validation).toContain("| PSNR [dB] | MS-SSIM | FRC cut-off [share of Nyquist] |");
  expect(validation).toContain("16 test fields that no arm learned from");
  expect(validation).toMatch(/alone \(seed 1\): PSNR \d\d\.\d\d dB, MS-SSIM 0\.\d{3},/);
  for (const name of ["input", "wiener", "experimental", "combined"])
    expect(rowOf(validation, record.arms.find((one) => one.name === name)!.title)).toBeDefined();
  const training = section(text, "Training");
  expect(training).toContain("1,500 steps");
  expect(training).toContain("made as published (Saguy et al. 2024)");
  expect(rowOf(training, "fake pairs")).toContain("of which the generator learned too | 3 | `3c4d");
  expect(rowOf(training, "generated-1")).toBeDefined();
  expect(rowOf(training, "generated-0")).toBeUndefined();
});

test("says who, under which licence, by which command and versions", () => {
  const text = card();
  expect(section(text, "Licence")).toBe("Licence\n\nCC-BY-4.0. Authors: Ada Lovelace, Charles Babbage.\n");
  const origin = section(text, "How it was made");
  expect(origin).toContain(`\n\n    ${fakeRecord.command}\n`);
  expect(origin).toContain(`Fantascope ${fakeRecord.fantascope}, onnxruntime ${fakeRecord.machine.onnxruntime}`);
  expect(origin).toContain("packaged by Fantascope 9.9.9");
  for (const { name, reference } of fakeRecord.methods) expect(origin).toContain(`- ${name}: ${reference}`);
  expect(section(card({ ...fakeRecord, warnings: ["Only 3 images."] }), "Limits")).toContain("- Only 3 images.");
});

test("texts of the record cannot break out of their place", () => {
  const text = card({
    ...fakeRecord,
    title: "a\n\n# b",
    command: "fantascope\n\nrun",
    data: [{ ...fakeRecord.data[0]!, name: "a|b\n| c" }],
  });
  expect(text.match(/^# .*/gm)).toEqual(["# My segmenter"]);
  expect(text).toContain('Run "a # b"');
  expect(text).toContain("\n    fantascope run\n");
  expect(text).toContain("a\\|b \\| c (real)");
});
