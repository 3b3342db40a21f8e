import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CancelledError, FormatError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import type { LocalizationTable } from "../../src/data/formats/localization-columns.ts";
import { localizationParser } from "../../src/data/formats/localization-parser.ts";
import { readLocalizations, writeLocalizations } from "../../src/data/formats/localization-table.ts";
import { realData } from "../real-data.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder("localizations");
function parsed(text: string, options: { pixelSizeUm?: number; pieceBytes?: number } = {}): LocalizationTable {
  const { pieceBytes = 1000, ...rest } = options;
  const parser = localizationParser("table.csv", rest);
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += pieceBytes) parser.push(bytes.subarray(i, i + pieceBytes));
  return parser.finish();
}
const thunderstorm = [
  '"id","frame","x [nm]","y [nm]","sigma [nm]","intensity [photon]","offset [photon]","bkgstd [photon]","chi2","uncertainty_xy [nm]"',
  "1,1,1234.5,-67.25,150.1,2.5e3,12,3.5,1.1,9.75",
  "2,3,0.001,9876543.21098765432,149,800,11,3.4,0.9,NaN",
  "",
].join("\r\n");

describe("reading", () => {
  test("ThunderSTORM and ShareLoc: quoted headers with units, unknown columns skipped, any cut of the bytes", () => {
    for (const pieceBytes of [1, 7, 1000]) {
      const table = parsed(thunderstorm, { pieceBytes });
      expect(table.count).toBe(2);
      expect(table.frame).toEqual(Int32Array.of(1, 3));
      expect(table.xNm).toEqual(Float64Array.of(1234.5, 0.001));
      expect(table.yNm).toEqual(Float64Array.of(-67.25, Number("9876543.21098765432")));
      expect(table.sigmaNm).toEqual(Float64Array.of(150.1, 149));
      expect(table.intensityPhotons).toEqual(Float64Array.of(2500, 800));
      expect(table.backgroundPhotons).toEqual(Float64Array.of(12, 11));
      expect(table.backgroundSdPhotons).toEqual(Float64Array.of(3.5, 3.4));
      expect(table.uncertaintyNm).toEqual(Float64Array.of(9.75, Number.NaN));
      expect(Object.keys(table)).not.toContain("chi2");
    }
  });

  test("plain names, other separators, other units, no frame, no last newline", () => {
    expect(parsed("frame,x_nm,y_nm\n4,1,2\n5,3,4").xNm).toEqual(Float64Array.of(1, 3));
    const micrometres = parsed("\ufeffX (µm)\ty [um]\n1.5\t2\n");
    expect(micrometres.xNm).toEqual(Float64Array.of(1500));
    expect(micrometres.yNm).toEqual(Float64Array.of(2000));
    expect(micrometres.frame).toEqual(Int32Array.of(1));
    const pixels = parsed("x [px];y [px];uncertainty [px]\n2;3;0.1\n", { pixelSizeUm: 0.1 });
    expect(pixels.xNm).toEqual(Float64Array.of(200));
    expect(pixels.uncertaintyNm![0]).toBeCloseTo(10, 12);
    expect(parsed("x [nm],y [nm],intensity [ADU]\n1,2,3\n").intensityPhotons).toBeUndefined();
    expect(parsed("x [nm],y [nm]\n").count).toBe(0);
  });

  test("numbers are those that the language reads", () => {
    const stream = random(1);
    const texts = Array.from({ length: 500 }, (_, i) => {
      const value = (stream.uniform() - 0.5) * 10 ** stream.integer(12);
      return i % 3 === 0 ? value.toFixed(stream.integer(8)) : i % 3 === 1 ? value.toExponential(6) : String(value);
    });
    const table = parsed(`x [nm],y [nm]\n${texts.map((text) => `${text},0`).join("\n")}\n`);
    expect(Array.from(table.xNm, (value) => value + 0)).toEqual(texts.map((text) => Number(text) + 0));
  });

  test.each([
    ["x [nm],y [nm]\n1,2\n3\n", /table\.csv:3: expected 2 values, as the header has, got 1/],
    ["x [nm],y [nm]\n1,2\n3,4,5\n", /table\.csv:3: expected 2 values/],
    ["x [nm],y [nm]\n1,2\n\n3,four\n", /table\.csv:4: expected a number in column "y \[nm\]", got "four"/],
    ["x [nm],y [nm]\n1,\n", /table\.csv:2: .* got nothing/],
    ["x [nm],y [nm]\n1,NaN\n", /table\.csv:2: /],
    ["frame,x [nm],y [nm]\n1.5,1,2\n", /table\.csv:2: expected a whole frame number from 0 on, got 1.5/],
    ["x [nm],y [nm],uncertainty [nm]\n1,2,bad\n", /table\.csv:2: .*uncertainty/],
    ["x,y\n1,2\n", /table\.csv:1: expected a unit of length .* Write the unit into the header/],
    ["x [px],y [px]\n1,2\n", /Give the size of a camera pixel/],
    ["frame,x [nm]\n1,2\n", /table\.csv:1: expected a column "y \[nm\]", got columns frame, x \[nm\]/],
    ["", /table\.csv:1: /],
  ])("bad table %# is refused with its line", (text, message) => {
    expect(() => parsed(text)).toThrow(FormatError);
    expect(() => parsed(text)).toThrow(message);
  });

  test("a missing file and a request to stop say so", async () => {
    await expect(readLocalizations(join(folder, "none.csv"))).rejects.toThrow(/no such file/);
    const path = join(folder, "stop.csv");
    writeFileSync(path, "x [nm],y [nm]\n1,2\n");
    await expect(readLocalizations(path, { signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
  });
});

describe("writing", () => {
  test.each(["thunderstorm", "plain"] as const)("a table written as %s comes back", async (style) => {
    const table = { ...parsed(thunderstorm), zNm: Float64Array.of(-5, 0.25) };
    const path = join(folder, `${style}.csv`);
    await writeLocalizations(path, table, { style });
    const header = readFileSync(path, "utf8").split("\n")[0]!;
    expect(
      header.startsWith(style === "plain" ? "frame,x_nm,y_nm,z_nm" : '"id","frame","x [nm]","y [nm]","z [nm]"'),
    ).toBe(true);
    const again = await readLocalizations(path);
    expect(again).toEqual({ ...table, yNm: table.yNm.map((y) => Math.round(y * 1e5) / 1e5) });
  });

  test("columns of unequal length are refused", async () => {
    const table = { count: 2, frame: Int32Array.of(1, 2), xNm: Float64Array.of(1), yNm: Float64Array.of(1, 2) };
    await expect(writeLocalizations(join(folder, "bad.csv"), table)).rejects.toThrow(/column xNm: expected 2 entries/);
  });

  test("300 000 rows are read in pieces, quickly", async () => {
    const count = 300_000;
    const xNm = Float64Array.from({ length: count }, (_, i) => Math.round(((i * 7919) % 5_000_000) * 1.01) / 100);
    const table = { count, frame: Int32Array.from(xNm, (_, i) => i), xNm, yNm: xNm.map((x) => x / 2) };
    const path = join(folder, "large.csv");
    await writeLocalizations(path, table, { style: "plain" });
    const told: number[] = [];
    const before = process.cpuUsage();
    const again = await readLocalizations(path, { onProgress: ({ done, total }) => told.push(done / total) });
    const { user, system } = process.cpuUsage(before); // µs, whatever else the machine does
    // Some 0.15 s; a parser that splits strings and makes numbers of them takes many times that.
    expect((user + system) / 1e6).toBeLessThan(2.5);
    expect(again.xNm).toEqual(xNm);
    expect(told.length).toBeGreaterThan(3);
    expect(told.at(-1)).toBe(1);
  });
});

const deepStorm = realData("deepstorm-simulated-microtubules");
describe.skipIf(deepStorm === null)("the tables of Deep-STORM", () => {
  test("both forms are read whole", async () => {
    const table = await readLocalizations(join(deepStorm!, "localizations.csv"));
    expect(table.count).toBe(40387);
    expect([table.frame[0], table.xNm[0], table.yNm[0]]).toEqual([1, 777.32, 3753.64]);
    expect(table.frame.at(-1)).toBe(180);
    const emitters = await readLocalizations(join(deepStorm!, "random-emitters", "positions_demo1.csv"));
    expect(emitters.sigmaNm![0]).toBe(111.28713);
    expect(emitters.intensityPhotons![1]).toBe(2253.50657);
    expect(emitters.backgroundSdPhotons![2]).toBe(4.47214);
    expect(Math.max(...emitters.frame)).toBe(20);
  });
});
