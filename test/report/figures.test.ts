import { describe, expect, it } from "vitest";
import { forest, histograms, learningCurve, profiles, trainingCurves } from "../../src/report/figures/index.ts";
import { palette, sourceColour } from "../../src/report/figures/palette.ts";
import { style } from "../../src/report/style.ts";
import { loads, unbalanced, visibleText } from "./reading.ts";

const row = (title: string, value: number, low: number, high: number, emphasis = false) => ({
  ...{ title, value, low, high, emphasis },
  perSeed: [low, high],
  text: `${value}`,
  colour: palette.blue,
});
const rows = [row("first", 0.5, 0.4, 0.55), row("second", 0.75, 0.7, 0.8, true), row("third", 1, 0.9, 1)];
const options = { label: "Scores", axisTitle: "score" };

/** Horizontal places of axis labels with their numbers: the scale as a reader would read it off the picture. */
function axis(svg: string): (x: number) => number {
  const labels = [...svg.matchAll(/<line transform="translate\(([\d.]+),0\)" x2="0" y2="4"/g)].map(([, x]) =>
    Number(x),
  );
  const numbers = [...svg.matchAll(/<text[^>]*>([\d.,−-]+)<\/text>/g)].map(([, text]) =>
    Number(text!.replace("−", "-")),
  );
  const shown = numbers.slice(0, labels.length);
  const [x0, x1, v0, v1] = [labels[0]!, labels.at(-1)!, shown[0]!, shown.at(-1)!];
  return (x) => v0 + ((x - x0) / (x1 - x0)) * (v1 - v0);
}

const truth = { name: "truth", values: [0, 1, 0.25], colour: palette.soft, dash: [1, 0], filled: true };
const curve = { name: "arm", values: [0.125, 0.75, 0.5], colour: palette.blue, dash: [6, 3], filled: false };

const figures = {
  forest: () => forest(rows, options),
  "forest of differences": () => forest(rows, { ...options, reference: 0 }),
  "learning curve": () =>
    learningCurve(
      [
        {
          name: "real",
          points: [
            { labelledImages: 0, value: 0.5, low: 0.4, high: 0.6 },
            { labelledImages: 8, value: 0.8, low: 0.7, high: 0.9 },
          ],
        },
      ],
      {
        metric: "F1",
      },
    ),
  "training curves": () =>
    trainingCurves([{ name: "loss", runs: [{ steps: 90, values: [100, 10, 1] }] }], { label: "Losses" }),
  "forest with a mark of its own in each row": () =>
    forest(
      rows.map((one, index) => ({ ...one, mark: 0.3 + index / 10 })),
      { ...options, width: 320 },
    ),
  "line profiles": () =>
    profiles([0, 0.5, 1], [truth, curve], { label: "Grey levels", unit: "µm", greyUnit: "truth 0 to 1" }),
  "line profiles without values": () =>
    profiles([], [{ ...curve, values: [] }], { label: "None", unit: "px", greyUnit: "" }),
  "line profiles of one level": () =>
    profiles([0, 1], [{ ...curve, values: [0, 0] }], { label: "One", unit: "px", greyUnit: "" }),
  histograms: () =>
    histograms([{ name: "real", values: [1, 2, 2, 3], colour: palette.ink, filled: true }], {
      ...{ label: "Sizes", axisTitle: "px" },
    }),
  "histograms without values": () =>
    histograms([{ name: "real", values: [], colour: palette.ink, filled: true }], { label: "None", axisTitle: "" }),
  "histograms of one value": () =>
    histograms([{ name: "real", values: [4, 4, 4], colour: palette.ink, filled: true }], {
      label: "One",
      axisTitle: "",
    }),
};

describe.each(Object.entries(figures))("%s", (_, draw) => {
  it("is the same byte for byte when drawn again", async () => {
    expect(await draw()).toBe(await draw());
  });

  it("is a labelled, well-formed SVG that loads nothing and has no ground of its own", async () => {
    const svg = await draw();
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img" aria-label="[^"]+" width="\d+" height="\d+" viewBox=/,
    );
    expect(unbalanced(svg)).toEqual([]);
    expect(loads(svg)).toEqual([]);
    expect(svg).not.toContain("<rect");
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it("uses colours of the palette alone, and text of at least 11 px", async () => {
    const svg = await draw();
    const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour!);
    for (const colour of new Set(colours)) expect([...Object.values(palette), "none", "transparent"]).toContain(colour);
    for (const [, size] of svg.matchAll(/font-size="([\d.]+)px"/g)) expect(Number(size)).toBeGreaterThanOrEqual(11);
  });
});

describe("forest", () => {
  it("puts means, intervals and seeds where the axis says", async () => {
    const svg = await forest(rows, options);
    const valueAt = axis(svg);
    const dots = [...svg.matchAll(/<path transform="translate\(([\d.]+),[\d.]+\)" d="M[^"]*" fill="[^"]*"/g)].map(
      ([, x]) => valueAt(Number(x)),
    );
    const expected = [...rows.map(({ value }) => value), ...rows.flatMap(({ perSeed }) => perSeed)];
    expect(dots).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) expect(dots[i]).toBeCloseTo(value, 3);
    const lines = [
      ...svg.matchAll(/<line transform="translate\(([\d.]+),[\d.]+\)" x2="(-?[\d.]+)" y2="0" stroke="var\(--blue/g),
    ];
    expect(lines).toHaveLength(rows.length);
    for (const [i, [, x, dx]] of lines.entries()) {
      const ends = [valueAt(Number(x)), valueAt(Number(x) + Number(dx))].sort((a, b) => a - b);
      expect(ends[0]).toBeCloseTo(rows[i]!.low, 3);
      expect(ends[1]).toBeCloseTo(rows[i]!.high, 3);
    }
  });

  it("sets the recommended row in bold", async () => {
    const svg = await forest(rows, options);
    expect(svg).toMatch(/font-weight="bold"[^>]*>second</);
    expect(svg.match(/font-weight="bold"/g)).toHaveLength(1);
  });

  it("shortens a title that would run into the numbers, and escapes it", async () => {
    const svg = await forest([row(`<script>${"x".repeat(80)}`, 0.5, 0.4, 0.6)], { ...options, label: `"><script>` });
    expect(svg).not.toContain("<script");
    expect(visibleText(svg)).toMatch(/<script>x{20,40}…/);
  });
});

describe("marks of forest rows", () => {
  it("stand where the axis says, each in its own row", async () => {
    const marks = [0.45, 0.6, 0.85];
    const svg = await forest(
      rows.map((one, index) => ({ ...one, mark: marks[index]! })),
      options,
    );
    const valueAt = axis(svg);
    const dashed = [...svg.matchAll(/<line transform="translate\(([\d.]+),([\d.]+)\)"[^>]*stroke-dasharray="3,3"/g)];
    expect(dashed).toHaveLength(rows.length);
    for (const [index, [, x, y]] of dashed.entries()) {
      expect(valueAt(Number(x))).toBeCloseTo(marks[index]!, 3);
      expect(Math.floor(Number(y) / 44.001)).toBe(index);
    }
  });

  it("are left out of rows without one, and widen the axis when they lie outside the intervals", async () => {
    const svg = await forest([{ ...rows[0]!, mark: -2 }, rows[1]!], options);
    expect(svg.match(/stroke-dasharray="3,3"/g)).toHaveLength(1);
    expect(svg).toContain(">−2.0<");
  });
});

describe("profiles", () => {
  /** Corners of the paths of this colour, as positions 0…1 along the axis and levels 0…1 (the figure is 364 by 180). */
  const corners = (svg: string, attribute: string) =>
    [...svg.matchAll(/<path d="(M[^"]*)"([^>]*)/g)]
      .filter(([, , rest]) => rest!.includes(attribute))
      .map(([, path]) =>
        [...path!.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x) / 364, 1 - Number(y) / 180]),
      );

  it("draws each curve through its grey levels, with its own colour and pattern", async () => {
    const svg = await figures["line profiles"]();
    const [line] = corners(svg, `stroke="${palette.blue}"`);
    expect(line).toHaveLength(3);
    for (const [i, level] of curve.values.entries()) {
      expect(line![i]![0]).toBeCloseTo(i / 2, 2);
      expect(line![i]![1]).toBeCloseTo(level, 2);
    }
    expect(svg).toMatch(/stroke="var\(--blue[^>]*stroke-dasharray="6,3"/);
  });

  it("fills the truth from zero up, behind the curves", async () => {
    const svg = await profiles([0, 0.5, 1], [curve, truth], { label: "x", unit: "µm", greyUnit: "truth 0 to 1" });
    const [area] = corners(svg, `fill="${palette.soft}"`);
    expect(area!.slice(0, 3).map(([, level]) => level)).toEqual(
      truth.values.map((level) => expect.closeTo(level, 2) as number),
    );
    for (const [, level] of area!.slice(3)) expect(level).toBeCloseTo(0, 2);
    expect(svg.indexOf(`fill="${palette.soft}" opacity="0.28"`)).toBeLessThan(svg.indexOf(`stroke="${palette.blue}"`));
  });

  it("says the units of both axes", async () => {
    const told = visibleText(await figures["line profiles"]());
    expect(told).toContain("position along the line, µm");
    expect(told).toContain("grey level, truth 0 to 1");
  });
});

describe("histograms", () => {
  it("makes areas whose heights are shares of the source", async () => {
    // Bins [0, 1) … [3, 4]: shares 1/8, 2/8, 4/8, 1/8.
    const values = [0.5, 1.2, 1.8, 2.1, 2.2, 2.3, 2.4, 3.9];
    const svg = await histograms([{ name: "a", values, colour: palette.blue, filled: false }], {
      ...{ label: "Shares", axisTitle: "", domain: [0, 4] as const, bins: 4, width: 400, height: 100 },
    });
    const path = /<path d="(M[^"]*)" stroke="var\(--blue/.exec(svg)![1]!;
    const heights = [...path.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(
      ([, x, y]) => [Number(x), 100 - Number(y)] as const,
    );
    for (const [bin, share] of [1 / 8, 2 / 8, 4 / 8, 1 / 8].entries()) {
      const inside = heights.filter(([x]) => Math.abs(x - 100 * bin) < 0.01).at(-1)!;
      expect(inside[1]).toBeCloseTo((share / (4 / 8)) * 100, 1);
    }
  });

  it("draws equal shares equally high, however many values a source has", async () => {
    const few = [0.5, 1.5, 1.5, 1.5];
    const many = Array.from({ length: 50 }, () => few).flat();
    const svg = await histograms(
      [
        { name: "few", values: few, colour: palette.blue, filled: false },
        { name: "many", values: many, colour: palette.green, filled: false },
      ],
      { label: "Shares", axisTitle: "", domain: [0, 2], bins: 2 },
    );
    const [, first] = /<path d="(M[^"]*)" stroke="var\(--blue/.exec(svg)!;
    const [, second] = /<path d="(M[^"]*)" stroke="var\(--green/.exec(svg)!;
    expect(second).toBe(first);
  });
});

describe("trainingCurves", () => {
  it("averages in windows, so that the last point is the mean of the last window", async () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 1 : 3));
    const svg = await trainingCurves([{ name: "loss", runs: [{ steps: 1000, values }] }], { label: "Losses" });
    const path = /<path d="(M[^"]*)" stroke="var\(--blue/.exec(svg)![1]!;
    const heights = new Set([...path.matchAll(/[ML][\d.]+,([\d.]+)/g)].map(([, y]) => y));
    expect(path.match(/[ML]/g)).toHaveLength(100);
    expect(heights.size).toBe(1);
  });
});

describe("palette", () => {
  const themes = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) =>
    Object.fromEntries([...body!.matchAll(/--([a-z-]+): (#[0-9a-f]{3,6});/g)].map(([, name, hex]) => [name!, hex!])),
  );

  function luminance(hex: string): number {
    const full = hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex;
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(full.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  }

  /** Contrast ratio of WCAG 2. */
  function contrast(a: string, b: string): number {
    const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (bright! + 0.05) / (dark! + 0.05);
  }

  it("has every variable in the light, the dark and the print style, the light one equal to the fallback", () => {
    expect(themes).toHaveLength(3);
    for (const value of Object.values(palette)) {
      const [, name, fallback] = /var\(--([a-z]+), (#[0-9a-f]{6})\)/.exec(value)!;
      expect(themes[0]![name!]).toBe(fallback);
      for (const theme of themes) expect(theme[name!]).toBeDefined();
    }
  });

  it.each([0, 1, 2])("is legible in style %i: text 4.5, lines 2.9 against the paper and the cards", (index) => {
    const theme = themes[index]!;
    for (const ground of [theme.paper!, theme.card!]) {
      for (const name of ["ink", "soft"]) expect(contrast(theme[name]!, ground)).toBeGreaterThan(4.5);
      for (const name of ["blue", "vermillion", "green", "purple"])
        expect(contrast(theme[name]!, ground)).toBeGreaterThan(2.9);
    }
  });

  it("gives every source a colour of its own", () => {
    const sources = ["real", "simulated", "generated", "vanilla", "other"];
    expect(new Set(sources.map((source) => sourceColour(source, sources))).size).toBe(sources.length);
    const further = ["held-out real", "mathematical model", "generated (seed 1)"];
    expect(further.map((source) => sourceColour(source, further))).toEqual(
      ["real", "simulated", "generated"].map((source) => sourceColour(source, sources)),
    );
  });
});
