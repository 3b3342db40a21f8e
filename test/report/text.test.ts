import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as format from "../../src/report/format.ts";
import { html, markupText, type Part } from "../../src/report/html.ts";
import { metricFormat } from "../../src/report/metric-format.ts";

describe("html", () => {
  it("escapes text in every place and keeps markup", () => {
    const inner = html`<b>${"<i>"}</b>`;
    expect(markupText(html`<p title="${`"'`}">${inner}${["&", 1, undefined]}</p>`)).toBe(
      `<p title="&quot;&#39;"><b>&lt;i&gt;</b>&amp;1</p>`,
    );
  });

  it("never lets a text open a tag or leave an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "a", "/", "`", "=") }), (text) => {
        const inside = markupText(html`${text}`);
        expect(inside).not.toMatch(/[<>"']/);
        const back = inside
          .replaceAll("&lt;", "<")
          .replaceAll("&gt;", ">")
          .replaceAll("&quot;", '"')
          .replaceAll("&#39;", "'")
          .replaceAll("&amp;", "&");
        expect(back).toBe(text);
      }),
    );
  });

  it("does not take parsed JSON for markup", () => {
    const forged = JSON.parse(`{"markup": "<script>", "Symbol(markup)": "<script>"}`) as Part;
    expect(() => html`${forged}`).toThrow();
  });
});

describe("format", () => {
  it.each([
    [format.formatScore(0.9041), "0.904"],
    [format.formatScore(-0.0052), "−0.005"],
    [format.formatInterval(0.881, 0.921), "0.881–0.921"],
    [format.formatInterval(-0.01, 0.02), "−0.010 to 0.020"],
    [format.formatDifference(0.0234), "+0.023"],
    [format.formatDifference(0), "0.000"],
    [format.formatDifferenceInterval(-0.012, 0.034), "−0.012 to +0.034"],
    [format.formatShare(0), "0 %"],
    [format.formatShare(0.034), "3.4 %"],
    [format.formatShare(0.5), "50 %"],
    [format.formatSignedShare(-0.062), "−6.2 %"],
    [format.formatSignedShare(0.12), "+12 %"],
    [format.formatP(0.00049), "< 0.001"],
    [format.formatP(0.0032), "0.003"],
    [format.formatNumber(0.02841), "0.0284"],
    [format.formatNumber(0.3), "0.3"],
    [format.formatNumber(12345.6), "12,346"],
    [format.formatNumber(0.00012), "1.2e-4"],
    [format.formatNumber(0), "0"],
    [format.formatCounted(1, "image"), "1 image"],
    [format.formatCounted(1200, "image"), "1,200 images"],
    [format.formatDuration(4.25), "4.3 s"],
    [format.formatDuration(59.6), "60 s"],
    [format.formatDuration(252), "4 min 12 s"],
    [format.formatDuration(3798.4), "1 h 3 min"],
    [format.formatMemory(640.4), "640 MB"],
    [format.formatMemory(1432.6), "1.4 GB"],
    [format.formatTime("2025-03-04T11:20:59.000Z"), "2025-03-04 11:20 UTC"],
    [format.formatTime("today"), "today"],
    [format.formatList(["a", "b", "c"]), "a, b and c"],
    [format.formatList(["a"]), "a"],
  ])("prints %s", (printed, expected) => {
    expect(printed).toBe(expected);
  });
});

describe("metricFormat", () => {
  it("prints decibels with two decimals and names the unit", () => {
    const { heading, unit, score, interval, difference, differenceInterval } = metricFormat("PSNR");
    expect([heading, unit]).toEqual(["PSNR [dB]", "dB"]);
    expect(score(26.7449)).toBe("26.74");
    expect(interval(26.3, 27.066)).toBe("26.30–27.07");
    expect(interval(-1, 2)).toBe("−1.00 to 2.00");
    expect(difference(0.8)).toBe("+0.80");
    expect(differenceInterval(-0.314, 1.27)).toBe("−0.31 to +1.27");
  });

  it.each(["F1@0.5", "constructor", "<b>"])("prints %s, of which it knows nothing, as a share", (name) => {
    const { heading, unit, meaning, score } = metricFormat(name);
    expect([heading, unit, meaning, score(0.9041)]).toEqual([name, undefined, undefined, "0.904"]);
  });
});
