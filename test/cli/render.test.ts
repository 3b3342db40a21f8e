import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { imageFormat, readImage, writeLocalizations, writeTiff } from "../../src/data/formats/index.ts";
import { channelPlane } from "../../src/data/image.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { stormMicrotubules } from "../../src/microscope/localizations/presets.ts";
import { simulateFilaments } from "../../src/microscope/localizations/simulate-filaments.ts";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { openFields } from "../../src/recipes/super-resolve/fields.ts";
import type { SuperResolveRecipe } from "../../src/recipes/super-resolve/recipe.ts";
import { realData } from "../real-data.ts";
import { invoke, type Outcome, tree } from "./invoke.ts";

const base = mkdtempSync(join(tmpdir(), "fantascope-render-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const at = (...parts: string[]) => join(base, ...parts);

/** A table in a file of its own. */
function table(name: string, ...lines: string[]): string {
  const file = at("tables", name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

async function done(...args: string[]): Promise<Outcome> {
  const outcome = await invoke(args);
  expect(outcome.err.replaceAll(/^ *\d+ % .*$/gm, "").trim(), args.join(" ")).toBe("");
  expect(outcome.code, args.join(" ")).toBe(0);
  return outcome;
}

/** The command, which must fail with these words and leave nothing behind. */
async function refused(args: readonly string[], words: RegExp): Promise<void> {
  const before = tree(base);
  const { code, err } = await invoke(args);
  expect(err).toMatch(words);
  expect(err).toMatch(/^Error: /);
  expect(err, "no stack").not.toMatch(/\n {4}at /);
  expect(code).toBe(2);
  expect(tree(base), "nothing half-written").toEqual(before);
}

const rendered = (out: string, name: string) => readImage(at(out, "images", `${name}.ome.tif`));

/** 40 x 40 pixels of 20 nm: two localisations in every fourth pixel of every fourth row, 50 in the last corner. */
function lattice(header: string): string[] {
  const rows: string[] = [];
  const add = (x: number, y: number) => rows.push(`${1 + (rows.length % 7)},${20 * (x + 0.3)},${20 * (y + 0.6)}`);
  for (let y = 0; y < 40; y += 4) for (let x = 0; x < 40; x += 4) for (let n = 0; n < 2; n++) add(x, y);
  for (let n = 0; n < 50; n++) add(39, 39);
  return [header, ...rows];
}

/** What the pixels of the lattice should hold. */
const latticeValue = (i: number, spot: number, corner: number) => {
  const [x, y] = [i % 40, Math.floor(i / 40)];
  return x === 39 && y === 39 ? corner : x % 4 === 0 && y % 4 === 0 ? spot : 0;
};

test("the published rendering: counts per pixel, outliers cut, 0 to 1, 32 bits, with the pixel size in the file", async () => {
  const file = table("lattice.csv", ...lattice("frame,x_nm,y_nm"));
  const { out } = await done("render", file, "--pixel-size-um", "0.02", "--out", at("lattice"));
  // (100 · 2 · 1 + 50 · 49) / 250 others in the pixel of each
  expect(out).toContain("lattice: 40 x 40 pixels, 250 localisations, counting noise about 31 %");
  expect(out).toContain(`check ${at("lattice")}`);
  const image = await rendered("lattice", "lattice");
  expect(image).toMatchObject({ height: 40, width: 40, channels: 1, pixelType: "float32", pixelSizeUm: 0.02 });
  expect(await imageFormat(at("lattice", "images", "lattice.ome.tif"))).toBe("tiff");
  // the quantiles 0.01 and 0.99 are 0 and 2, so everything above 2 + 1.5 · 2 is cut
  for (const [i, value] of image.data.entries()) expect(value).toBeCloseTo(latticeValue(i, 2 / 5, 1), 6);
  const { provenance } = await (await openDataset(at("lattice"))).get(0);
  expect(provenance).toEqual({ origin: "real", source: "lattice.csv: histogram, outliers cut, 0 to 1" });
});

test("--no-clip keeps counts; a part of the field; positions in camera pixels", async () => {
  const file = table("semicolons.csv", ...lattice("frame;x [nm];y [nm]").map((line) => line.replaceAll(",", ";")));
  const counts = ["render", file, "--pixel-size-um", "0.02", "--histogram", "--no-clip"];
  await done(...counts, "--out", at("counts"));
  const whole = await rendered("counts", "semicolons");
  for (const [i, value] of whole.data.entries()) expect(value).toBe(latticeValue(i, 2, 50));

  const part = ["--corner-um", "-0.1,0.16", "--width-um", "0.4", "--height-um", "0.32"];
  const { out } = await done(...counts, ...part, "--out", at("part"));
  const { data, ...size } = await rendered("part", "semicolons");
  expect(size).toMatchObject({ height: 16, width: 20 });
  for (const [i, value] of data.entries()) {
    const [x, y] = [(i % 20) - 5, Math.floor(i / 20) + 8];
    expect(value, `${x}, ${y}`).toBe(x < 0 ? 0 : latticeValue(40 * y + x, 2, 50));
  }
  expect(out).toContain("32 localisations (218 lie beside it)");

  const inPixels = table("pixels.csv", "x [px],y [px]", "1.5,0.5", "31.5,31.5");
  const args = ["render", inPixels, "--pixel-size-um", "0.05", "--no-clip", "--camera-pixel-um", "0.1"];
  await done(...args, "--out", at("pixels"));
  const lit = Array.from((await rendered("pixels", "pixels")).data.entries()).filter(([, value]) => value > 0);
  expect(lit.map(([i]) => [i % 64, Math.floor(i / 64)])).toEqual([
    [3, 1],
    [63, 63],
  ]);
});

test("--blur-nm: one width for all, or each its own", async () => {
  const file = table("two.csv", '"x [nm]","y [nm]","uncertainty [nm]"', "400,400,30", "1200,400,60", "1599,799,NaN");
  const args = ["render", file, "--pixel-size-um", "0.02", "--no-clip"];
  /** Light and standard deviation along x, in nm, of the left and the right half. */
  const spots = async (out: string) => {
    const { data, width } = await rendered(out, "two");
    return [0, 1].map((half) => {
      let [light, sum, squares] = [0, 0, 0];
      for (const [i, value] of data.entries()) {
        const x = i % width;
        // without the third localisation, at the lower right
        if (Math.floor(x / 40) !== half || (x > 70 && i / width > 30)) continue;
        light += value;
        sum += value * 20 * x;
        squares += value * (20 * x) ** 2;
      }
      return { light, deviation: Math.sqrt(squares / light - (sum / light) ** 2 - 20 ** 2 / 12) };
    });
  };
  await done(...args, "--blur-nm", "40", "--out", at("blurred"));
  for (const { light, deviation } of await spots("blurred")) {
    expect(light).toBeCloseTo(1, 2);
    expect(deviation / 40).toBeCloseTo(1, 1);
  }
  await done(...args, "--blur-nm", "uncertainty", "--out", at("own"));
  const [left, right] = await spots("own");
  expect(left!.deviation / 30).toBeCloseTo(1, 1);
  expect(right!.deviation / 60).toBeCloseTo(1, 1);
});

test("several tables, those of one name by their folders; the same command continues, another is refused", async () => {
  const one = table("cell-1/locs.csv", ...lattice("frame,x_nm,y_nm"));
  const two = table("cell-2/locs.csv", ...lattice("frame,y_nm,x_nm").slice(0, -10));
  const out = ["--out", at("cells")];
  await done("render", one, two, "--pixel-size-um", "0.02", "--blur-nm", "20", ...out);
  const names = (await openDataset(at("cells"))).entries.map(({ name }) => name);
  expect(names).toEqual(["cell-1-locs", "cell-2-locs"]);
  const time = () => statSync(at("cells", "images", "cell-1-locs.ome.tif")).mtimeMs;
  const before = time();
  const again = await done("render", one, two, ...out, "--blur-nm", "20", "--pixel-size-um", "0.02");
  expect(again.out).toMatch(/^2 images in/);
  expect(time()).toBe(before);
  const words = /expected a new folder, or one that the same command began to fill, got one that render filled/;
  await refused(["render", one, two, "--pixel-size-um", "0.02", "--blur-nm", "30", ...out], words);
  await refused(["render", one, "--pixel-size-um", "0.02", "--blur-nm", "20", ...out], words);
  await refused(["render", one, one, "--pixel-size-um", "0.02", "--out", at("never")], /two called "cell-1-locs"/);
});

test("simulated microtubules as ThunderSTORM writes them: check and run super-resolve read the folder", async () => {
  const experiment = stormMicrotubules();
  const dense = { ...experiment, filaments: { ...experiment.filaments, amount: { densityPerUm2: 0.8 } } };
  const drawn = simulateFilaments(dense, { height: 128, width: 128, pixelSizeUm: 0.02 }, random(3));
  mkdirSync(at("tables"), { recursive: true });
  await writeLocalizations(at("tables", "storm.csv"), drawn.table);
  const field = ["--width-um", "2.56", "--height-um", "2.56"];
  const args = ["--pixel-size-um", "0.02", "--blur-nm", "uncertainty", ...field, "--out", at("storm")];
  await done("render", at("tables", "storm.csv"), ...args);
  const { out } = await done("check", at("storm"), "--out", at("check.html"));
  expect(out).toMatch(/1 image in "rendered"/);
  expect(out).toMatch(/Pixel size: 0\.02 µm/);
  expect(out).toContain("Nothing suspicious was found");
  const fields = await openFields(tiled(32), at("storm"));
  expect(fields.learn.length).toBeGreaterThan(1);
  expect(fields.learn[0]!.high).toMatchObject({ height: 32, width: 32 });
  expect(fields.test.length).toBeGreaterThan(1);
});

describe("--movies", () => {
  /** Three frames of 10 x 10 camera pixels, the k-th with k at its k-th pixel and 6 at the last, and pixel sizes in the file where asked. */
  const movie = async (name: string, { pixelSizeUm, odd }: { pixelSizeUm?: number; odd?: true } = {}) => {
    const page = (k: number) => {
      const [height, width] = odd && k === 2 ? [8, 8] : [10, 10];
      const data = new Uint16Array(height * width);
      data[k] = k;
      data[data.length - 1] = 6;
      return { data, pixelType: "uint16", channels: 1, height, width, ...(pixelSizeUm && { pixelSizeUm }) } as const;
    };
    mkdirSync(at("movies"), { recursive: true });
    await writeTiff(at("movies", name), [0, 1, 2].map(page));
    return at("movies", name);
  };
  const grid = ["--pixel-size-um", "0.02", "--no-clip"];

  test("pairs: the mean of the frames, and the picture on a finer grid as its partner", async () => {
    const file = table("blinks.csv", ...lattice("frame,x_nm,y_nm"));
    const args = ["render", file, "--movies", await movie("blinks.tif"), "--camera-pixel-um", "0.08", ...grid];
    const { out } = await done(...args, "--out", at("pairs"));
    expect(out).toContain(
      "blinks: 40 x 40 pixels, 250 localisations, counting noise about 31 %, beside the mean of 3 frames of 10 x 10",
    );
    const { image, annotations, provenance } = await (await openDataset(at("pairs"))).get(0);
    expect(image).toMatchObject({ height: 10, width: 10, pixelType: "float32", pixelSizeUm: 0.08 });
    expect(image.data).toBeAllclose(
      Float32Array.from({ length: 100 }, (_, i) => (i === 99 ? 6 : i < 3 ? i / 3 : 0)),
      {
        relative: 1e-6,
      },
    );
    expect(annotations.partner).toMatchObject({ height: 40, width: 40, pixelSizeUm: 0.02 });
    for (const [i, value] of annotations.partner!.data.entries()) expect(value).toBe(latticeValue(i, 2, 50));
    expect(provenance).toEqual({
      origin: "real",
      source: "blinks.tif: mean of 3 frames; partner blinks.csv: histogram, localisations per pixel",
    });
    expect((await done(...args, "--out", at("pairs"))).out).toMatch(/^1 image in/);
  });

  test("a grid, a file or a number of movies that does not fit", async () => {
    const file = table("blinks.csv", ...lattice("frame,x_nm,y_nm"));
    const args = (given: string, ...more: string[]) => [
      "render",
      file,
      "--movies",
      given,
      ...more,
      ...grid,
      "--out",
      at("never"),
    ];
    const good = await movie("good.tif");
    await refused(args(good), /good\.tif: expected the size of a camera pixel.* --camera-pixel-um, for instance 0\.1/);
    await refused(
      args(good, "--camera-pixel-um", "0.05"),
      /a whole number of the picture's pixels of 0\.02 µm wide, got 0\.05 µm.*: 0\.05, 0\.025, 0\.0125/,
    );
    await refused(args(await movie("fine.tif", { pixelSizeUm: 0.03 })), /whole number .*, got 0\.03 µm/);
    await refused(
      args(await movie("odd.tif", { odd: true }), "--camera-pixel-um", "0.08"),
      /odd\.tif, page 3: expected a frame of 10 x 10 pixels, as the first, got 8 x 8/,
    );
    await refused(args(file, "--camera-pixel-um", "0.08"), /blinks\.csv: expected a PNG, JPEG or TIFF image/);
    await refused(
      args(good, good, "--camera-pixel-um", "0.08"),
      /--movies: expected one movie for each of the 1 tables, in their order, got 2/,
    );
    await refused(args(good, "--width-um", "0.8"), /no field beside --movies, whose frames say what is shown/);
  });
});

/** A recipe that learns from all tiles of this edge. */
function tiled(tilePx: number): SuperResolveRecipe {
  const recipe = resolveRecipe({ recipe: "super-resolve", fields: { tilePx } });
  if (recipe.recipe !== "super-resolve") throw new Error("another recipe");
  return recipe;
}

describe("bad input", () => {
  const good = () => table("good.csv", ...lattice("frame,x_nm,y_nm"));
  const render = (file: string, ...more: string[]) => [
    "render",
    file,
    ...(more.includes("--pixel-size-um") ? [] : ["--pixel-size-um", "0.02"]),
    ...more,
    "--out",
    at("never"),
  ];

  test("a table without positions, with unknown columns, without units, without rows, broken, or missing", async () => {
    const file = (name: string, ...lines: string[]) => render(table(name, ...lines));
    await refused(
      file("photons.csv", "frame,intensity", "1,500"),
      /photons\.csv:1: expected a column "x \[nm\]", got columns frame, intensity\. Export the table/,
    );
    await refused(
      file("zeiss.csv", "Index,Position X [nm],Position Y [nm]", "1,2,3"),
      /got columns Index, Position X \[nm\], Position Y \[nm\]/,
    );
    await refused(file("no-unit.csv", "x,y", "1,2"), /a unit of length in the header of column "x": nm, µm, got none/);
    await refused(file("px.csv", "x [px],y [px]", "1,2"), /got "px"\. Give/);
    await refused(file("empty.csv", "x_nm,y_nm"), /empty\.csv: expected at least one localisation, got none/);
    await refused(file("nothing.csv"), /nothing\.csv:1: expected a column "x \[nm\]"/);
    await refused(
      file("torn.csv", "frame,x_nm,y_nm", "1,5,5", "2,17."),
      /torn\.csv:3: expected 3 values, as the header has, got 2/,
    );
    await refused(file("words.csv", "x_nm,y_nm", "left,5"), /words\.csv:2: expected a number in column "x_nm"/);
    await refused(render(at("tables", "none.csv")), /none\.csv: expected a readable file, got no such file/);
    await refused(render(at("tables")), /tables: expected a readable file, got a folder/);
    await refused(
      render(good(), "--blur-nm", "uncertainty"),
      /a column "uncertainty \[nm\]".* --blur-nm 15, or count with --histogram/,
    );
  });

  test("a fault of the last table is told before the first is written", async () => {
    const bad = table("last.csv", "x_nm,y_nm", "1,2,3");
    await refused(["render", good(), bad, "--pixel-size-um", "0.02", "--out", at("never")], /last\.csv:2/);
  });

  test("pixel sizes and fields that give absurd images, or empty ones", async () => {
    const size = /good\.csv: expected a picture of at least 16 pixels along each axis and at most 134 million in all/;
    await refused(render(good(), "--pixel-size-um", "20"), size);
    await refused(render(good(), "--pixel-size-um", "20"), /got 1 x 1 pixels of 20 µm, for x from 0\.01 to 0\.79 µm/);
    await refused(render(good(), "--pixel-size-um", "0.00002"), /39\d{3} x 39\d{3} pixels of .*20 nm is 0\.02/);
    await refused(render(good(), "--width-um", "1e6"), size);
    await refused(render(good(), "--height-um", "0.1"), size);
    await refused(
      render(good(), "--corner-um", "5,5", "--width-um", "1", "--height-um", "1"),
      /got all 250 of them beside it, for x from 0\.01 to 0\.79 µm .*--corner-um/,
    );
  });

  test("options that are missing or mean nothing", async () => {
    await refused(["render", "--pixel-size-um", "0.02", "--out", at("never")], /missing required argument 'tables'/);
    await refused(["render", good(), "--out", at("never")], /required option '--pixel-size-um <um>'/);
    await refused(render(good(), "--pixel-size-um", "0"), /Expected a number of at least 0\.000001/);
    await refused(render(good(), "--corner-um", "3"), /Expected two numbers in µm, such as 1\.5,0\./);
    await refused(render(good(), "--blur-nm", "own"), /Expected a number from 0\.1 to 1000, or "uncertainty"\./);
    await refused(render(good(), "--blur-nm", "9", "--histogram"), /cannot be used with option/);
  });

  test("an --out that is not empty is left alone", async () => {
    await refused(
      ["render", good(), "--pixel-size-um", "0.02", "--out", at("tables")],
      /tables: expected a new or empty folder, got one that holds/,
    );
    await refused(["render", good(), "--pixel-size-um", "0.02", "--out", good()], /expected a folder to write to, got/);
  });
});

const deepStorm = realData("deepstorm-simulated-microtubules");
test.skipIf(deepStorm === null)("the simulated microtubules of Deep-STORM: sharp lines on a dark ground", async () => {
  const field = ["--width-um", "6.4", "--height-um", "6.4"];
  const args = ["--pixel-size-um", "0.02", "--blur-nm", "15", ...field, "--out", at("deep-storm")];
  const { out } = await done("render", join(deepStorm!, "localizations.csv"), ...args);
  expect(out).toContain("320 x 320 pixels, 40387 localisations\n");
  const { data } = await rendered("deep-storm", "localizations");
  const share = (from: number) => data.filter((value) => value > from).length / data.length;
  expect(share(0.02)).toBeLessThan(0.2);
  expect(share(0.02)).toBeGreaterThan(0.05);
  expect(share(0.5)).toBeGreaterThan(0.005);
  const { learn, test: held } = await openFields(tiled(64), at("deep-storm"));
  expect([learn.length, held.length]).toEqual([13, 3]);
});

test.skipIf(deepStorm === null)("the movie of Deep-STORM lies upon its molecules", async () => {
  const movie = ["--movies", join(deepStorm!, "frames.tif"), "--camera-pixel-um", "0.1"];
  const args = ["--pixel-size-um", "0.05", "--no-clip", ...movie, "--out", at("deep-storm-pairs")];
  const { out } = await done("render", join(deepStorm!, "localizations.csv"), ...args);
  expect(out).toContain("128 x 128 pixels, 40387 localisations");
  expect(out).toContain("beside the mean of 180 frames of 64 x 64");
  const { image, annotations } = await (await openDataset(at("deep-storm-pairs"))).get(0);
  const blurred = gaussianBlur(channelPlane(annotations.partner!), 2.5); // about the width of the spots
  const seen = Float32Array.from({ length: 64 * 64 }, (_, i) => {
    const corner = 128 * 2 * Math.floor(i / 64) + 2 * (i % 64);
    return [0, 1, 128, 129].reduce((sum, to) => sum + blurred.data[corner + to]!, 0);
  });
  expect(correlation(seen, image.data)).toBeGreaterThan(0.98);
  const transposed = seen.map((_, i) => seen[64 * (i % 64) + Math.floor(i / 64)]!);
  expect(correlation(transposed, image.data)).toBeLessThan(0.8);
});

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, v) => sum + v, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number) => Array.from(a).reduce((total: number, _, i) => total + f(i), 0);
  return (
    sum((i) => (a[i]! - ma) * (b[i]! - mb)) / Math.sqrt(sum((i) => (a[i]! - ma) ** 2) * sum((i) => (b[i]! - mb) ** 2))
  );
}
