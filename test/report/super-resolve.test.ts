import { describe, expect, it } from "vitest";
import { RunRecord } from "../../src/recipes/record.ts";
import { renderReport } from "../../src/report/report.ts";
import { fakeRecord } from "./fake-record.ts";
import { fakeSuperResolvePictures } from "./fake-super-resolve-pictures.ts";
import { fakeSuperResolveDemoRecord, fakeSuperResolveRecord } from "./fake-super-resolve-record.ts";
import { loads, outline, unbalanced, visibleText } from "./reading.ts";

const files = fakeSuperResolvePictures();
const readPicture = async (file: string) => files.get(file)!;
const record = fakeSuperResolveRecord;
const page = await renderReport(record, readPicture);
const text = visibleText(page);

/** The record without pictures and trainings, which are slow to draw, and with these changes. */
async function told(changes: Partial<RunRecord>): Promise<string> {
  return visibleText(await renderReport({ ...record, pictures: [], trainings: [], ...changes }, readPicture));
}

/** Section of a page, as a reader sees it. */
function sectionText(markup: string, id: string): string {
  return visibleText(markup.slice(markup.indexOf(`<section id="${id}"`)).split("</section>")[0]!);
}

describe("page of the recipe super-resolve", () => {
  it("is given a record that follows the schema", () => {
    expect(() => RunRecord.parse(record)).not.toThrow();
    for (const { file } of record.pictures) expect(files.has(file)).toBe(true);
  });

  it("tells its story in this order", () => {
    expect(outline(page)).toMatchInlineSnapshot(`
      [
        "Super-resolution from generated images (fake record)",
        "  Generated images helped: PSNR is 26.74 dB with them, 25.94 dB with the real images alone.",
        "    PSNR [dB]",
        "    MS-SSIM",
        "    FRC cut-off [share of Nyquist]",
        "    Recommended: Generated + experimental",
        "    What to do next",
        "  Real, simulated, generated",
        "    Equalised",
        "  What the models make of held-out fields",
        "    Poor, reconstructed, true",
        "    Line profiles",
        "    fake field (0, 256), row 44",
        "    fake field (256, 0), row 108",
        "    Where models disagree",
        "    Can the result be trusted?",
        "  New, or copied?",
        "    diffusion (seed 0) no sign of copying",
        "    diffusion (seed 1) no sign of copying",
        "    diffusion (seed 2) copies",
        "    Closest pairs",
        "  How near to real?",
        "    Kernel distance (KID)",
        "    Fréchet distance",
        "    Precision (looks real)",
        "    Recall (variety)",
        "    Density",
        "    Coverage",
        "  All arms",
        "    Differences",
        "    PSNR [dB]",
        "    MS-SSIM",
        "    FRC cut-off [share of Nyquist]",
        "  How the networks learned",
        "    train diffusion model",
        "    train super-resolver (9 real pairs)",
        "    train super-resolver (mathematical model)",
        "    train super-resolver (generated)",
        "  What to doubt",
        "  Images that took part",
        "  Methods",
        "  How to repeat it",
      ]
    `);
  });

  it("makes the same bytes from the same record", async () => {
    expect(await renderReport(structuredClone(record), readPicture)).toBe(page);
  });

  it("loads nothing, runs nothing and is well-formed", () => {
    expect(loads(page)).toEqual([]);
    expect(unbalanced(page)).toEqual([]);
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, anchor] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(anchor);
  });

  it("says nothing of nuclei, labels, masks, annotation or opponents", () => {
    expect(text).not.toMatch(/nucle|label|annotat|mask|outline|segment|opponent|cyclegan|cycle error/i);
  });

  it("leaves the words of the other recipe alone", async () => {
    const other = visibleText(await renderReport({ ...fakeRecord, pictures: [], trainings: [] }, readPicture));
    expect(other).not.toMatch(/\bpoor\b|test field|real field|diffusion|\bdB\b|Nyquist|copied|blank field/i);
  });

  it("leads with all compared metrics and all arms, in decibels and shares", () => {
    const opening = visibleText(page.slice(page.indexOf("<body>"), page.indexOf("<nav")));
    for (const { title, name, scores } of record.arms) {
      expect(opening).toContain(name === "combined" ? `${title} ★` : title);
      const [psnr, msSsim, frc] = scores;
      expect(opening).toContain(`${psnr!.value.toFixed(2)} (${psnr!.low.toFixed(2)}–${psnr!.high.toFixed(2)})`);
      for (const { value, low, high } of [msSsim!, frc!])
        expect(opening).toContain(`${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`);
    }
    expect(opening).toContain("PSNR [dB]");
    expect(opening).toContain("FRC cut-off [share of Nyquist]");
    expect(opening).toContain("16 test fields, 3 seeds");
    expect(opening).not.toContain("SSIM on test fields NRMSE");
  });

  it("prints every score and comparison", () => {
    const arms = sectionText(page, "arms");
    for (const { scores } of record.arms)
      for (const { metric, value, low, high, perSeed } of scores) {
        const digits = metric === "PSNR" ? 2 : 3;
        expect(arms).toContain(`${value.toFixed(digits)} ${low.toFixed(digits)}–${high.toFixed(digits)}`);
        expect(arms).toContain(perSeed.map((one) => one.toFixed(digits)).join(" · "));
      }
    expect(arms).toContain("PSNR dB +0.80 +0.31 to +1.27 0.001 0.010 helped");
    expect(arms).toContain("FRC cut-off share of Nyquist −0.003 −0.031 to +0.028 0.840 1.000 cannot tell");
    for (const { sentence } of record.comparisons) expect(arms).toContain(sentence);
  });

  it("counts real fields, and no objects", () => {
    expect(sectionText(page, "arms")).toContain("Real fields");
    const data = sectionText(page, "data");
    expect(data).toContain("Learned from by");
    expect(data).toContain("over names and pixels:");
    expect(data).not.toContain("objects");
    for (const { name, hash } of record.data) {
      expect(data).toContain(name);
      expect(data).toContain(hash);
    }
  });

  it("tells how poor images came about beside the images, and does not call it a doubt", () => {
    for (const { name, text } of record.facts) {
      expect(sectionText(page, "data")).toContain(`${name} ${text}`);
      expect(sectionText(page, "warnings")).not.toContain(text);
    }
    expect(record.facts).toHaveLength(1);
  });

  it("prints realism with intervals and real against real, and every warning", () => {
    const realism = sectionText(page, "realism");
    for (const { source, images, realImages, featureNetwork, measures, warnings } of record.realism) {
      expect(realism).toContain(`${source} features: ${featureNetwork} ${images} ${realImages}`);
      const [kernel] = measures;
      const four = (value: number) => value.toFixed(4).replace("-", "−");
      expect(realism).toContain(
        `${four(kernel!.value)} ${four(kernel!.low)} to ${four(kernel!.high)} real: ${four(kernel!.floor!)}`,
      );
      for (const { name } of measures) expect(realism).toContain(name);
      for (const warning of warnings) expect(realism).toContain(`${source} ${warning}`);
    }
    // One chart per measure, in it one dashed mark per source.
    const charts = page.slice(page.indexOf('<section id="realism"')).split("</section>")[0]!;
    expect(charts.match(/<svg xmlns/g)).toHaveLength(6);
    expect(charts.match(/stroke-dasharray="3,3"/g)).toHaveLength(6 * record.realism.length);
  });

  it("prints the verdict on copies, its numbers, and a histogram per generator", () => {
    const novelty = sectionText(page, "novelty");
    for (const { generator, sentence, images, heldOutImages, trainingImages } of record.novelty) {
      expect(novelty).toContain(generator);
      expect(novelty).toContain(sentence);
      expect(novelty).toContain(
        `${images} generated images, ${heldOutImages} held-out real images and ${trainingImages} training images`,
      );
    }
    expect(novelty).toContain("p = 0.310 · 0 copies");
    expect(novelty).toContain("p < 0.001 · 4 copies");
    expect(novelty).toMatch(/diffusion \(seed 2\) copies/);
    expect(page.match(/aria-label="Best match among the training images[^"]*"/g)).toHaveLength(3);
  });

  it("draws one line profile per record, each series in the legend", () => {
    const section = page.slice(page.indexOf('<section id="reconstructions"')).split("</section>")[0]!;
    expect(section.match(/aria-label="Grey levels along a line[^"]*"/g)).toHaveLength(2);
    const shown = visibleText(section);
    for (const { title, series } of record.profiles) {
      expect(shown).toContain(title);
      expect(shown).toContain(series.map(({ name }) => name).join(" "));
    }
    expect(shown).toContain("position along the line, µm");
    expect(shown).toContain("position along the line, px");
  });

  it("prints every probe", () => {
    const shown = sectionText(page, "reconstructions");
    expect(shown).toContain("Mathematical model Fake sentence: structure of 21 % of a real field");
    expect(shown).toContain("21 % invents structure 0.57");
    expect(shown.match(/2\.1 % quiet 0\.57/g)).toHaveLength(4);
  });

  it("embeds every picture in its section", () => {
    expect(page.match(/src="data:image\/png;base64,/g)).toHaveLength(record.pictures.length);
    const places = { novelty: "novelty", reconstruction: "reconstructions", disagreement: "reconstructions" } as const;
    for (const { role, title, caption } of record.pictures)
      expect(sectionText(page, role in places ? places[role as keyof typeof places] : "images")).toContain(
        `${title} ${caption}`,
      );
  });

  it("says first, and beside the numbers, when the real images are a stand-in", async () => {
    const demo = await renderReport(fakeSuperResolveDemoRecord, readPicture);
    expect(visibleText(demo.slice(demo.indexOf("<body>"))).trim()).toMatch(/^Simulated stand-in data\./);
    for (const anchor of ["arms", "data", "reconstructions"]) expect(sectionText(demo, anchor)).toContain("stand-in");
    expect(visibleText(demo)).toContain("fantascope run super-resolve --real FOLDER");
    expect(text).not.toContain("stand-in");
  });

  it("leaves out the sections of which the record has nothing", async () => {
    const bare = await renderReport(
      { ...record, realism: [], novelty: [], profiles: [], probes: [], pictures: [], trainings: [] },
      readPicture,
    );
    for (const anchor of ["realism", "novelty", "reconstructions", "images", "labels", "hidden-signals"])
      expect(bare).not.toContain(`<section id="${anchor}"`);
    expect(unbalanced(bare)).toEqual([]);
  });

  it("makes do with measures without a floor and probes of one seed", async () => {
    const page = await told({
      realism: record.realism.map((one) => ({
        ...one,
        measures: one.measures.map(({ floor: _, ...measure }) => measure),
      })),
      probes: record.probes.map(({ disagreementTellsError: _, ...probe }) => probe),
    });
    expect(page).toContain("2.1 % quiet –");
    expect(page).not.toContain("real: ");
  });

  it("escapes every text of its own sections", async () => {
    const attack = `<script>alert("x")</script>'&`;
    const evil: RunRecord = {
      ...record,
      pictures: [],
      trainings: [],
      realism: record.realism.map((one) => ({
        ...one,
        source: `${one.source}${attack}`,
        featureNetwork: attack,
        measures: one.measures.map((measure) => ({ ...measure, name: `${measure.name}${attack}` })),
        warnings: [attack],
      })),
      novelty: record.novelty.map((one) => ({ ...one, generator: attack, sentence: attack })),
      profiles: record.profiles.map((one) => ({
        ...one,
        title: attack,
        unit: attack,
        series: one.series.map(({ values }) => ({ name: attack, values })),
      })),
      probes: record.probes.map((one) => ({ ...one, arm: attack, sentence: attack })),
    };
    const result = await renderReport(evil, readPicture);
    expect(result.match(/<\/?script/gi)).toBeNull();
    expect(loads(result)).toEqual([]);
    expect(unbalanced(result)).toEqual([]);
  });
});

describe("advice of the recipe super-resolve", () => {
  it.each([
    ["helped", "Use “Generated + experimental”"],
    ["no clear difference", "Take the simplest arm"],
    ["hurt", "Do not train on the generated images"],
    ["cannot tell", "Score on more real fields"],
    ["not scored", "Record about ten fields twice"],
  ] as const)("follows from the outcome %s", async (outcome, advice) => {
    const page = await told({ verdict: { ...record.verdict, outcome } });
    expect(page.slice(page.indexOf("What to do next")).slice(0, 120)).toContain(advice);
  });

  it("points to no model of a classical method", async () => {
    const page = await told({ verdict: { ...record.verdict, recommended: "wiener" } });
    expect(page).toContain("it is a classical method and needs no model");
    expect(page).toContain("Nothing was trained.");
    expect(page).not.toContain("its models are in the folder");
  });

  it("warns of copies and of invented structure, and only then", async () => {
    expect(text).toContain("Do not count the images of “diffusion (seed 2)” as new");
    expect(text).not.toContain("Do not trust faint structure");
    const other = await told({
      novelty: record.novelty.slice(0, 2),
      verdict: { ...record.verdict, recommended: "mathematical" },
    });
    expect(other).not.toContain("as new:");
    expect(other).toContain("Do not trust faint structure");
  });

  it("doubts few test fields by that name", async () => {
    const arms = record.arms.map((arm) => ({ ...arm, scores: arm.scores.map((score) => ({ ...score, n: 4 })) }));
    expect(await told({ arms })).toContain("Only 4 test fields: with fewer than about 10");
  });
});
