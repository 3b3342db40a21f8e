import { describe, expect, it } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import type { LabelMap, Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { display } from "../../src/image/display.ts";
import { halvesSheet } from "../../src/image/halves-sheet.ts";
import { overlay } from "../../src/image/overlay.ts";
import type { RgbImage } from "../../src/image/rgb-image.ts";
import { sheet } from "../../src/image/sheet.ts";
import { fakeImage } from "../report/fake-pictures.ts";

function plane(rows: readonly (readonly number[])[]): Plane {
  return { data: Float32Array.from(rows.flat()), height: rows.length, width: rows[0]!.length };
}

function labelMap(rows: readonly (readonly number[])[]): LabelMap {
  return { data: Uint32Array.from(rows.flat()), height: rows.length, width: rows[0]!.length };
}

const pixel = ({ data, width }: RgbImage, y: number, x: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];
const isGrey = ([r, g, b]: number[]) => r === g && g === b;

describe("display", () => {
  it("stretches percentiles 1 to 99.8 of 0…1000 to black and white", () => {
    const ramp: Plane = { data: Float32Array.from({ length: 1001 }, (_, i) => i), height: 1, width: 1001 };
    const shown = display(ramp);
    for (const x of [0, 5, 10]) expect(pixel(shown, 0, x)).toEqual([0, 0, 0]);
    for (const x of [998, 999, 1000]) expect(pixel(shown, 0, x)).toEqual([255, 255, 255]);
    const middle = Math.round((255 * (504 - 10)) / (998 - 10));
    expect(pixel(shown, 0, 504)).toEqual([middle, middle, middle]);
  });

  it("shows a constant plane and NaN black instead of failing", () => {
    expect([
      ...display(
        plane([
          [7, 7],
          [7, 7],
        ]),
      ).data,
    ]).toEqual(new Array(12).fill(0));
    expect(pixel(display(plane([[Number.NaN, 1]]), { black: 0, white: 1 }), 0, 0)).toEqual([0, 0, 0]);
  });
});

describe("overlay", () => {
  const { plane: image, labels } = fakeImage(64, random(3));

  it("colours exactly the inner outlines and leaves every other pixel grey as displayed", () => {
    const drawn = overlay(image, labels);
    const shown = display(image);
    const at = (y: number, x: number) => labels.data[y * 64 + x];
    let outlined = 0;
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) {
        const neighbours = [
          y > 0 && at(y - 1, x),
          y < 63 && at(y + 1, x),
          x > 0 && at(y, x - 1),
          x < 63 && at(y, x + 1),
        ];
        const isOutline = at(y, x) !== 0 && neighbours.some((label) => label !== false && label !== at(y, x));
        if (isOutline) outlined++;
        expect(isGrey(pixel(drawn, y, x))).toBe(!isOutline);
        if (!isOutline) expect(pixel(drawn, y, x)).toEqual(pixel(shown, y, x));
      }
    expect(outlined).toBeGreaterThan(50);
  });

  it("gives touching objects different colours and one object one colour", () => {
    const size = 48;
    const tiled = {
      data: Uint32Array.from(
        { length: size * size },
        (_, i) => 1 + 6 * Math.floor(i / size / 8) + Math.floor((i % size) / 8),
      ),
      height: size,
      width: size,
    };
    const drawn = overlay({ data: new Float32Array(size * size), height: size, width: size }, tiled);
    const colours = new Map<number, string>();
    for (let i = 0; i < tiled.data.length; i++) {
      const colour = pixel(drawn, Math.floor(i / size), i % size);
      if (isGrey(colour)) continue;
      const known = colours.get(tiled.data[i]!) ?? colour.join();
      expect(colour.join()).toBe(known);
      colours.set(tiled.data[i]!, known);
    }
    expect(colours.size).toBe(36);
    for (let label = 1; label <= 36; label++) {
      if (label % 6 !== 0) expect(colours.get(label)).not.toBe(colours.get(label + 1));
      if (label <= 30) expect(colours.get(label)).not.toBe(colours.get(label + 6));
    }
  });

  it("does not change its inputs and gives the same bytes again", () => {
    const before = [image.data.slice(), labels.data.slice()];
    expect(overlay(image, labels)).toEqual(overlay(image, labels));
    expect([image.data, labels.data]).toEqual(before);
  });

  it("refuses labels of another size", () => {
    expect(() => overlay(image, labelMap([[0, 1]]))).toThrow(ShapeError);
  });
});

describe("sheet", () => {
  const a = plane([
    [0, 1],
    [1, 0],
  ]);
  const contrast = { black: 0, white: 1 };

  it("places tiles row by row with gaps between, none around", () => {
    const red: RgbImage = { data: Uint8Array.from([255, 0, 0]), height: 1, width: 1 };
    const made = sheet([a, red, a], { columns: 2, gap: 1, contrast });
    expect([made.height, made.width]).toEqual([5, 5]);
    expect(pixel(made, 0, 1)).toEqual([255, 255, 255]);
    expect(pixel(made, 0, 3)).toEqual([255, 0, 0]);
    expect(pixel(made, 3, 1)).toEqual([255, 255, 255]);
    for (const [y, x] of [
      [0, 2],
      [2, 0],
      [1, 3],
      [3, 3],
    ] as const)
      expect(pixel(made, y, x)).toEqual([128, 128, 128]);
  });

  it("is as square as it can be without a number of columns, and never empty", () => {
    expect(sheet([a, a, a, a], { gap: 0 })).toMatchObject({ height: 4, width: 4 });
    expect(sheet([a, a], { columns: 5, gap: 0 })).toMatchObject({ height: 2, width: 4 });
    expect(sheet([])).toMatchObject({ height: 1, width: 1 });
  });

  it("stretches each plane by itself, or all alike when told", () => {
    const dim = plane([[0, 0.25]]);
    expect(pixel(sheet([dim], { gap: 0 }), 0, 1)).toEqual([255, 255, 255]);
    expect(pixel(sheet([dim], { gap: 0, contrast }), 0, 1)).toEqual([64, 64, 64]);
  });

  it("has halves of 32 pictures at most, one contrast for all", () => {
    const many = (grey: number, count: number) => Array.from({ length: count }, () => plane([[grey]]));
    const halves = halvesSheet(many(0, 40), many(0.5, 40));
    const half = { height: 8 + 7 * 2, width: 4 + 3 * 2 };
    expect(halves).toMatchObject({ height: half.height, width: 2 * half.width + 16 });
    expect(pixel(halves, 0, 0)).toEqual([0, 0, 0]);
    expect(pixel(halves, 0, half.width + 16)).toEqual([128, 128, 128]);
    expect(pixel(halves, 0, half.width)).toEqual([128, 128, 128]);
    expect(halvesSheet(many(0, 2), many(1, 2)).data.at(-1)).toBe(255);
    const inverted = halvesSheet(many(0, 2), many(1, 2), ({ data, ...size }) => ({
      ...size,
      data: data.map((v) => 1 - v),
    }));
    expect([inverted.data[0], inverted.data.at(-1)]).toEqual([255, 0]);
  });
});
