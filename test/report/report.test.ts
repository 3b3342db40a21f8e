import { describe, expect, it } from "vitest";
import { RunRecord } from "../../src/recipes/record.ts";
import {
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatDuration,
  formatInterval,
  formatMemory,
  formatNumber,
  formatP,
  formatScore,
  formatShare,
  formatSignedShare,
} from "../../src/report/format.ts";
import { renderReport } from "../../src/report/report.ts";
import { fakePictures } from "./fake-pictures.ts";
import { fakeDemoRecord, fakeRecord } from "./fake-record.ts";
import { loads, outline, unbalanced, visibleText } from "./reading.ts";

const files = fakePictures();
const readPicture = async (file: string) => {
  const png = files.get(file);
  if (!png) throw new Error(`no ${file}`);
  return png;
};
const page = await renderReport(fakeRecord, readPicture);
const text = visibleText(page);

/** The same record with every text in it replaced. */
function withTexts<T>(value: T, change: (text: string, key: string) => string, key = ""): T {
  if (typeof value === "string") return change(value, key) as T;
  if (Array.isArray(value)) return value.map((item) => withTexts(item, change, key)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withTexts(item, change, name)])) as T;
}

describe("renderReport", () => {
  it("is given fake records that follow the schema", () => {
    expect(() => RunRecord.parse(fakeRecord)).not.toThrow();
    expect(() => RunRecord.parse(fakeDemoRecord)).not.toThrow();
  });

  it("tells its story in this order", () => {
    expect(outline(page)).toMatchInlineSnapshot(`
      [
        "Nuclei segmentation without annotation (fake record)",
        "  Against the classical method: Simulation + generated helped: 3.8 points of F1@0.5 better than Otsu + watershed (95 % interval 1.2 to 6.5).",
        "    F1@0.5",
        "    mean matchAccuracy",
        "    Recommended: Simulation + generated",
        "    What to do next",
        "  Real, simulated, generated",
        "  Labels and predictions on the images",
        "    Predicted on test images",
        "  Do the labels still fit?",
        "    vanilla",
        "    dct",
        "    Witnesses",
        "    Worst cases",
        "  Is anything hidden in the images?",
        "    vanilla hidden signal",
        "    dct nothing hidden",
        "    Hidden signals made visible",
        "    Equalised pictures",
        "  Measured like a microscopist",
        "    Nucleus diameter",
        "    Nuclei per image",
        "    Nearest neighbour",
        "    Foreground intensity",
        "    Background",
        "    Noise of background",
        "  How many labels is it worth?",
        "    F1@0.5",
        "    mean matchAccuracy",
        "  All arms",
        "    Differences",
        "    F1@0.5",
        "    mean matchAccuracy",
        "  How the networks learned",
        "    generator vanilla",
        "    generator dct",
        "    segmenter simulated",
        "    segmenter dct-cycled",
        "    segmenter combined",
        "    segmenter real-all",
        "  What to doubt",
        "  Images that took part",
        "  Methods",
        "  How to repeat it",
      ]
    `);
  });

  it("puts the verdict before every section", () => {
    const verdict = text.indexOf("Against the classical method");
    expect(verdict).toBeGreaterThan(0);
    expect(verdict).toBeLessThan(text.indexOf("Recommended:"));
    expect(page.indexOf("verdict-sentence", page.indexOf("<body>"))).toBeLessThan(page.indexOf("<section"));
    expect(outline(page)[1]).toMatch(/^ {2}Against the classical method: .* \(95 % interval 1\.2 to 6\.5\)\.$/);
  });

  it("makes the same bytes from the same record", async () => {
    expect(await renderReport(structuredClone(fakeRecord), readPicture)).toBe(page);
  });

  it("loads nothing, runs nothing and is well-formed", () => {
    expect(loads(page)).toEqual([]);
    expect(unbalanced(page)).toEqual([]);
    expect(page).toContain("default-src 'none'");
    const addresses = [...page.matchAll(/href="([^"]*)"/g)].map(([, address]) => address!);
    for (const address of addresses.filter((one) => !one.startsWith("https://doi.org/"))) {
      expect(address).toMatch(/^#[a-z-]+$/);
      expect(page).toContain(`id="${address.slice(1)}"`);
    }
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("shows every score of every arm with its interval and seeds", () => {
    for (const arm of fakeRecord.arms) {
      expect(text).toContain(arm.title);
      expect(text).toContain(arm.training);
      for (const { metric, value, low, high, perSeed } of arm.scores) {
        expect(text).toContain(metric);
        expect(text).toContain(`${formatScore(value)} ${formatInterval(low, high)}`);
        expect(text).toContain(perSeed.map(formatScore).join(" · "));
      }
    }
  });

  it("shows every comparison with interval, both p-values and outcome", () => {
    for (const one of fakeRecord.comparisons) {
      const cells = [
        one.sentence,
        one.metric,
        formatDifference(one.difference),
        formatDifferenceInterval(one.low, one.high),
        formatP(one.pValue),
        formatP(one.adjustedPValue),
        one.outcome,
      ];
      expect(text).toContain(cells.join(" "));
    }
  });

  it("shows every number of the audits, the hidden-signal probes, the descriptors and the curves", () => {
    for (const audit of fakeRecord.audits) {
      const fates = `${audit.kept} confirmed · ${audit.relabelled} better relabelled · ${audit.rejected} better rejected`;
      expect(text.replace(/ · +/g, " · ")).toContain(`${audit.images} images: ${fates}`);
      expect(text).toContain(`${formatShare(audit.invisibleShare)} of the labelled objects`);
      for (const { name, medianF1, lowF1, countBias, areaBias } of audit.witnesses) {
        const cells = [audit.generator, name, formatScore(medianF1), formatScore(lowF1)];
        expect(text).toContain([...cells, formatDifference(countBias), formatSignedShare(areaBias)].join(" "));
      }
    }
    for (const entry of fakeRecord.steganography) {
      expect(text).toContain(entry.sentence);
      expect(text).toContain(`× ${formatNumber(entry.highBandRatio)}`);
      const { generated, simulated } = entry.contacts!;
      expect(text).toContain(
        `${generated.toFixed(2)} of the dimmer one's brightness, simulated ones ${simulated.toFixed(2)}${generated < 0.8 ? ": the generator darkens contacts" : "."}`,
      );
      const spread = entry.brightnessSpread!;
      expect(text).toContain(
        `by ${100 * spread.generated} %, in simulated images by ${100 * spread.simulated} % (median of ${spread.n} images)${spread.generated < 0.2 ? ": a mask does not say" : "."}`,
      );
      for (const { disturbance, error, ratio } of entry.cycleErrors)
        expect(text).toContain(`${disturbance} ${error.toFixed(4)} × ${ratio.toFixed(2)}`);
    }
    for (const { name, distances } of fakeRecord.descriptors) {
      expect(text).toContain(name);
      for (const [source, distance] of Object.entries(distances))
        expect(text).toContain(`${source} ${distance.toFixed(2)}`);
    }
    for (const { series } of fakeRecord.learningCurves)
      for (const { name, points } of series)
        for (const { labelledImages, value, low, high } of points)
          expect(text).toContain(`${name} ${labelledImages} ${formatScore(value)} ${formatInterval(low, high)}`);
  });

  it("shows data, warnings, methods and everything needed to repeat the run", () => {
    for (const { name, images, objects, hash, role } of fakeRecord.data) {
      expect(text).toContain(`${name} ${role} ${formatCount(images)} ${formatCount(objects)}`);
      expect(text).toContain(hash);
    }
    for (const warning of fakeRecord.warnings) expect(text).toContain(warning);
    for (const { name, reference } of fakeRecord.methods) expect(text).toContain(`${name}. ${reference}`);
    const { machine } = fakeRecord;
    for (const fact of [
      fakeRecord.command,
      formatDuration(fakeRecord.seconds),
      formatMemory(fakeRecord.peakMemoryMb),
      machine.processor,
      `${machine.cores} cores`,
      `${machine.memoryGb} GB`,
      machine.platform,
      `Node ${machine.node}`,
      `onnxruntime ${machine.onnxruntime}`,
      `lowering ${machine.lowering}`,
      `fantascope ${fakeRecord.fantascope}`,
      '"lowPass": 0.3',
    ])
      expect(text).toContain(fact);
  });

  it("embeds every picture with its title and caption", () => {
    expect(page.match(/src="data:image\/png;base64,/g)).toHaveLength(fakeRecord.pictures.length);
    for (const { title, caption, file } of fakeRecord.pictures) {
      expect(text).toContain(`${title} ${caption}`.trim());
      expect(page).toContain(Buffer.from(files.get(file)!).toString("base64"));
    }
  });

  it("says where a picture is missing instead of failing", async () => {
    const without = await renderReport(fakeRecord, async (file) => {
      if (file === "pictures/real.png") throw new Error("gone");
      return readPicture(file);
    });
    expect(visibleText(without)).toContain("The picture pictures/real.png is missing.");
  });

  it("says first, and beside the numbers, when the real images are a stand-in", async () => {
    const demo = await renderReport(fakeDemoRecord, readPicture);
    const body = visibleText(demo.slice(demo.indexOf("<body>")));
    expect(body.trim()).toMatch(/^Simulated stand-in data\./);
    for (const anchor of ["arms", "labelling-effort", "data"])
      expect(demo.slice(demo.indexOf(`<section id="${anchor}"`)).split("</section>")[0]).toContain("stand-in");
    expect(demo.slice(0, demo.indexOf("<section")).match(/stand-in data/g)!.length).toBeGreaterThanOrEqual(4);
    expect(text).not.toContain("stand-in");
  });

  it("escapes every text of the record", async () => {
    const attack = `<script>alert("x")</script>'&`;
    // Names that the schema fixes, or by which parts of the record refer to each other, stay.
    const kept = new Set(["role", "outcome", "file", "startedAt", "finishedAt"]);
    const evil = withTexts(fakeRecord, (old, key) => (kept.has(key) ? old : `${old}${attack}`));
    const attacked: RunRecord = {
      ...evil,
      descriptors: evil.descriptors.map(({ samples, distances, ...rest }) => ({
        ...rest,
        samples: { ...samples, [`evil${attack}`]: [1, 2, 3] },
        distances: { ...distances, [`evil${attack}`]: 1 },
      })),
      trainings: evil.trainings.map((training) => ({ ...training, curves: { [`loss${attack}`]: [3, 2, 1] } })),
    };
    const result = await renderReport(attacked, readPicture);
    expect(result.match(/<\/?script/gi)).toBeNull();
    expect(loads(result)).toEqual([]);
    expect(unbalanced(result)).toEqual([]);
    expect(visibleText(result)).toContain(`${fakeRecord.title}${attack}`);
    expect(visibleText(result)).toContain(`evil${attack}`);
  });

  it("makes a page also of a run without labels, pictures and generators", async () => {
    const bare: RunRecord = {
      ...fakeRecord,
      arms: fakeRecord.arms.map((arm) => ({ ...arm, scores: [] })),
      verdict: { outcome: "not scored", sentence: "Nothing was scored.", recommended: "combined" },
      ...{ comparisons: [], audits: [], steganography: [], descriptors: [], learningCurves: [] },
      ...{ trainings: [], pictures: [], warnings: [], methods: [], data: [] },
    };
    const result = await renderReport(bare, readPicture);
    expect(unbalanced(result)).toEqual([]);
    expect(outline(result)).toEqual([
      `${bare.title}`,
      "  Nothing was scored.",
      "    Recommended: Simulation + generated",
      "    What to do next",
      "  All arms",
      "  How to repeat it",
    ]);
    expect(visibleText(result)).toContain("Annotate about ten real images");
  });

  it("of folds, which were made to be scored, says how to make a model to use", async () => {
    const folded = { ...fakeRecord, recipe: { ...fakeRecord.recipe, folds: 4 } };
    const told = "Make a model of “Simulation + generated” to use by the same recipe without folds";
    const [ofFolds, wrong] = [
      visibleText(await renderReport(folded, readPicture)),
      "in the folder models/ of this run",
    ];
    expect([ofFolds.includes(told), ofFolds.includes(wrong)]).toEqual([true, false]);
    expect([text.includes(told), text.includes(wrong)]).toEqual([false, true]);
  });

  it("doubts few test images and few seeds by itself", async () => {
    const weak: RunRecord = {
      ...fakeRecord,
      arms: fakeRecord.arms.map((arm) => ({
        ...arm,
        scores: arm.scores.map((score) => ({ ...score, n: 5, perSeed: score.perSeed.slice(0, 2) })),
      })),
    };
    const told = visibleText(await renderReport(weak, readPicture));
    expect(told).toContain("Only 5 test images");
    expect(told).toContain("Only 2 seeds per arm");
    expect(text).not.toContain("Only ");
  });

  it.each([
    ["helped", "Use the models of"],
    ["no clear difference", "Take the simplest arm"],
    ["hurt", "Do not train on the synthetic images"],
    ["cannot tell", "Score on more labelled real images"],
    ["not scored", "Annotate about ten real images"],
  ] as const)("advises what follows from the outcome %s", async (outcome, advice) => {
    const record: RunRecord = {
      ...fakeRecord,
      verdict: { ...fakeRecord.verdict, outcome },
      pictures: [],
      trainings: [],
    };
    const told = visibleText(await renderReport(record, readPicture));
    expect(told.slice(told.indexOf("What to do next")).slice(0, 120)).toContain(advice);
  });

  it("draws trainings that differ in the seed alone into one figure", () => {
    expect(text.match(/segmenter simulated [^A-Z]*3 seeds/g)).toHaveLength(1);
    expect(outline(page)).toContain("    generator vanilla");
    expect(outline(page)).not.toContain("seed 0");
  });
});
