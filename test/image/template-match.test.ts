import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { columnTransform, transformSize } from "../../src/image/column-transform.ts";
import { correlationPlan } from "../../src/image/correlation-plan.ts";
import { dihedral, dihedralVariants, templateMatch, templateSearch } from "../../src/image/index.ts";
import { fixture } from "./fixture.ts";

const { plane } = fixture("../novelty/template-match");
const image = plane("image");

const noise = (height: number, width: number, seed: number): Plane => {
  const stream = random(seed);
  return { data: Float32Array.from({ length: height * width }, () => stream.normal()), height, width };
};

function cut({ data, width }: Plane, top: number, left: number, side: number): Plane {
  const piece = emptyPlane(side, side);
  for (let i = 0; i < piece.data.length; i++)
    piece.data[i] = data[(top + Math.floor(i / side)) * width + left + (i % side)]!;
  return piece;
}

/** Correlation coefficient as in the textbook, position by position. */
function bySums(whole: Plane, template: Plane): Float64Array {
  const [rows, columns] = [whole.height - template.height + 1, whole.width - template.width + 1];
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [top, left] = [Math.floor(at / columns), at % columns];
    const under = Array.from(
      template.data,
      (_, i) => whole.data[(top + Math.floor(i / template.width)) * whole.width + left + (i % template.width)]!,
    );
    const [a, b] = [mean(under), mean([...template.data])];
    let [ab, aa, bb] = [0, 0, 0];
    under.forEach((value, i) => {
      ab += (value - a) * (template.data[i]! - b);
      aa += (value - a) ** 2;
      bb += (template.data[i]! - b) ** 2;
    });
    return ab / Math.sqrt(aa * bb);
  });
}

describe("templateMatch", () => {
  it("equals skimage.feature.match_template, flat places included", () => {
    const matched = templateMatch(image, plane("template"));
    expect([matched.height, matched.width]).toEqual([61 - 13 + 1, 47 - 19 + 1]);
    expect(matched.data).toBeAllclose(plane("coefficient").data, { relative: 0, absolute: 2e-6 });
    expect(matched.data[42 * matched.width + 22]).toBe(0);
  });

  it("equals OpenCV's TM_CCOEFF_NORMED where that is defined, and TM_CCORR_NORMED", () => {
    const reference = plane("coefficientCv");
    const matched = templateMatch(image, plane("template"));
    // OpenCV answers 1 or noise where the window is flat.
    const defined = [...matched.data.keys()].filter((i) => matched.data[i] !== 0);
    expect(defined.length).toBeGreaterThan(0.9 * matched.data.length);
    expect(defined.map((i) => matched.data[i]!)).toBeAllclose(
      defined.map((i) => reference.data[i]!),
      { relative: 0, absolute: 2e-4 }, // OpenCV adds in single precision
    );
    const cosine = templateMatch(image, plane("template"), { method: "cosine" });
    expect(cosine.data).toBeAllclose(plane("cosineCv").data, { relative: 0, absolute: 1e-5 });
  });

  it("finds a piece of the image at its place, whatever gain and offset it was given", () => {
    const piece = cut(image, 17, 9, 16);
    const matched = templateMatch(image, { ...piece, data: piece.data.map((value) => 3 * value - 100) });
    expect(matched.data.indexOf(Math.max(...matched.data))).toBe(17 * matched.width + 9);
    expect(Math.max(...matched.data)).toBeCloseTo(1, 6);
  });

  it("answers 0 for a constant template or image, and refuses a template that does not fit", () => {
    const constant = { ...emptyPlane(8, 8), data: new Float32Array(64).fill(0.1) };
    expect(Math.max(...templateMatch(image, constant).data.map(Math.abs))).toBe(0);
    expect(Math.max(...templateMatch({ ...constant }, cut(image, 0, 0, 5)).data.map(Math.abs))).toBe(0);
    expect(() => templateMatch(constant, image)).toThrow(ShapeError);
  });
});

describe("templateSearch", () => {
  it.each([
    ["coefficient", "squareCoefficient"],
    ["cosine", "squareCosineCv"],
  ] as const)("gives the values of the references at every position: %s", (method, key) => {
    const expected = plane(key);
    const values = new Float64Array(expected.data.length);
    templateSearch([plane("square")], [image], { method }).visit(image, (_, y, x, block, columns) => {
      block.forEach((value, i) => {
        values[(y + Math.floor(i / columns)) * expected.width + x + (i % columns)] = value;
      });
    });
    expect(values).toBeAllclose(expected.data, { relative: 0, absolute: 1e-5 });
  });

  it("agrees with plain sums for any sizes, odd numbers of templates, and images cut into pieces", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 3, max: 9 }),
      fc.integer({ min: 9, max: 40 }),
      fc.integer({ min: 9, max: 90 }),
    );
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 3 }), fc.nat(1000), ([side, height, width], count, seed) => {
        const whole = noise(height, width, seed);
        const templates = Array.from({ length: count }, (_, i) => noise(side, side, seed + 1 + i));
        const found = templateSearch(templates, [whole]).bestMatches(whole);
        found.forEach(({ similarity, y, x }, i) => {
          const expected = bySums(whole, templates[i]!);
          const best = Math.max(...expected);
          expect(similarity).toBeCloseTo(best, 9);
          expect(y * (width - side + 1) + x).toBe(expected.indexOf(best));
        });
      }),
      { numRuns: 40 },
    );
  });

  it("cuts large images into pieces, and the pieces cover them", () => {
    const whole = noise(300, 170, 5);
    expect(correlationPlan(16, [whole]).sizePx).toBeLessThan(170);
    const places = [
      [0, 0],
      [284, 154],
      [121, 33],
    ] as const;
    const found = templateSearch(
      places.map(([y, x]) => cut(whole, y, x, 16)),
      [whole],
    ).bestMatches(whole);
    found.forEach((match, i) => {
      expect([match.y, match.x]).toEqual(places[i]);
      expect(match.similarity).toBeCloseTo(1, 6);
    });
  });

  it("refuses templates that are not squares of one size, and images that are too small", () => {
    expect(() => templateSearch([noise(8, 9, 1)], [image])).toThrow(ShapeError);
    expect(() => templateSearch([noise(8, 8, 1), noise(9, 9, 1)], [image])).toThrow(ShapeError);
    expect(() => templateSearch([noise(8, 8, 1)], [noise(7, 20, 1)])).toThrow(ShapeError);
  });
});

describe("columnTransform", () => {
  it.each([1, 2, 3, 4, 6, 8, 9, 12, 18, 24, 32, 36, 72, 96])("is the discrete Fourier transform: size %i", (size) => {
    const columns = 3;
    const transform = columnTransform(size, columns);
    const input = [noise(size, columns, 1).data, noise(size, columns, 2).data] as const;
    transform.input.re.set(input[0]);
    transform.input.im.set(input[1]);
    const { re, im } = transform.run();
    for (let k = 0; k < size; k++)
      for (let x = 0; x < columns; x++) {
        let [sumRe, sumIm] = [0, 0];
        for (let n = 0; n < size; n++) {
          const angle = (-2 * Math.PI * ((k * n) % size)) / size;
          const [a, b] = [input[0][n * columns + x]!, input[1][n * columns + x]!];
          sumRe += a * Math.cos(angle) - b * Math.sin(angle);
          sumIm += a * Math.sin(angle) + b * Math.cos(angle);
        }
        expect(re[k * columns + x]).toBeCloseTo(sumRe, 10);
        expect(im[k * columns + x]).toBeCloseTo(sumIm, 10);
      }
  });

  it("takes the next size made of twos and at most two threes", () => {
    expect([1, 5, 7, 33, 37, 64, 65, 97, 130].map(transformSize)).toEqual([1, 6, 8, 36, 48, 64, 72, 128, 144]);
  });
});

describe("dihedral", () => {
  const letter: Plane = { data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), height: 3, width: 3 };
  const turned = (name: string) => [...dihedral(letter, dihedralVariants.find((one) => one.name === name)!).data];

  it("does what the names say", () => {
    expect(turned("as it is")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(turned("mirrored left to right")).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7]);
    expect(turned("mirrored top to bottom")).toEqual([7, 8, 9, 4, 5, 6, 1, 2, 3]);
    expect(turned("turned by 180°")).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(turned("mirrored at the diagonal")).toEqual([1, 4, 7, 2, 5, 8, 3, 6, 9]);
    expect(turned("turned by 90°")).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    expect(turned("turned by 270°")).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(turned("mirrored at the other diagonal")).toEqual([9, 6, 3, 8, 5, 2, 7, 4, 1]);
    expect(new Set(dihedralVariants.map(({ name }) => String(turned(name)))).size).toBe(8);
  });

  it("refuses what is not square", () => {
    expect(() => dihedral(noise(2, 3, 1), dihedralVariants[0]!)).toThrow(ShapeError);
  });
});
