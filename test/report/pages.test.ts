import { describe, expect, it } from "vitest";
import { renderCalibrationPage } from "../../src/report/calibration-page.ts";
import { renderCheckPage } from "../../src/report/check-page.ts";
import { fakePictures } from "./fake-pictures.ts";
import { fakeRecord } from "./fake-record.ts";
import { loads, outline, unbalanced, visibleText } from "./reading.ts";

const [png, overlayPng] = [...fakePictures().values()] as [Uint8Array, Uint8Array];
const attack = `<script>alert("x")</script>'&`;
const finding = (severity: "error" | "warning" | "note", message: string) => ({
  severity,
  where: `f${attack}.tif`,
  message,
  fix: `Mend ${message}`,
});

describe("renderCheckPage", () => {
  const page = renderCheckPage({
    name: `folder${attack}`,
    findings: [finding("note", "one"), finding("error", "two"), finding("warning", "three")],
    summary: [`72 images${attack}`],
    tiles: [
      { title: `a${attack}`, png, overlayPng },
      { title: "b", png },
    ],
  });

  it("lists findings from grave to slight, with what to do", () => {
    const text = visibleText(page);
    expect(text).toContain("1 thing must be mended before these images can be used.");
    const order = ["Mend two", "Mend three", "Mend one"].map((fix) => text.indexOf(fix));
    expect(order.every((place) => place > 0)).toBe(true);
    expect(order.toSorted((a, b) => a - b)).toEqual(order);
    expect(text).toContain(`72 images${attack}`);
  });

  it("shows every image, beside its label where there is one", () => {
    expect(page.match(/src="data:image\/png;base64,/g)).toHaveLength(3);
    expect(outline(page)).toEqual([
      `Check of folder${attack}`,
      "  1 thing must be mended before these images can be used.",
      "  Findings",
      "  Images beside their labels",
    ]);
  });

  it("escapes, loads nothing and is well-formed", () => {
    expect(page.match(/<\/?script/gi)).toBeNull();
    expect(loads(page)).toEqual([]);
    expect(unbalanced(page)).toEqual([]);
  });

  it.each([
    [[], "can be used as they are"],
    [[finding("note", "x")], "can be used as they are"],
    [[finding("warning", "x"), finding("warning", "y")], "2 things should be looked at first"],
    [[finding("warning", "x"), finding("error", "y")], "1 thing must be mended"],
  ])("opens with what the findings mean", (findings, sentence) => {
    expect(visibleText(renderCheckPage({ name: "x", findings, summary: [], tiles: [] }))).toContain(sentence);
  });
});

describe("renderCalibrationPage", () => {
  it("opens with the mean distance and the worst descriptor, and shows histograms, pictures and settings", async () => {
    const descriptors = fakeRecord.descriptors.slice(0, 2).map((descriptor, index) => ({
      ...descriptor,
      distances: { simulated: 0.25 + index * 0.5 },
    }));
    const content = {
      name: `folder${attack}`,
      descriptors,
      pictures: [
        { title: "Real", png },
        { title: "Simulated", caption: attack, png: overlayPng },
      ],
      settings: [["PSF sigma", "1.3 px"]] as const,
    };
    const page = await renderCalibrationPage(content);
    const text = visibleText(page);
    expect(text).toContain("by 0.50 standard deviations on average");
    expect(text).toContain(`Furthest apart: ${descriptors[1]!.name} (0.75)`);
    expect(text).toContain("PSF sigma 1.3 px");
    expect(page.match(/<svg xmlns/g)).toHaveLength(2);
    expect(page.match(/src="data:image\/png;base64,/g)).toHaveLength(2);
    expect(loads(page)).toEqual([]);
    expect(unbalanced(page)).toEqual([]);
    expect(await renderCalibrationPage(content)).toBe(page);
  });

  it("makes a page without any descriptor", async () => {
    expect(unbalanced(await renderCalibrationPage({ descriptors: [], pictures: [] }))).toEqual([]);
  });
});
