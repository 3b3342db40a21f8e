import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import type { LabelMap } from "../../src/core/plane.ts";
import { boundaries, components, type Region, regions, relabel } from "../../src/image/index.ts";
import { anyMask } from "./arbitrary.ts";
import { fixture } from "./fixture.ts";

const { labels, mask, plane, value } = fixture("labels");

/** Whether two label maps part the pixels in the same way, whatever the numbers. */
function samePartition(a: LabelMap, b: LabelMap): boolean {
  const there = new Map<number, number>([[0, 0]]);
  const back = new Map<number, number>([[0, 0]]);
  return a.data.every((label, i) => {
    const other = b.data[i]!;
    if (!there.has(label)) there.set(label, other);
    if (!back.has(other)) back.set(other, label);
    return there.get(label) === other && back.get(other) === label;
  });
}

describe("components", () => {
  it.each([
    [4, "four"],
    [8, "eight"],
  ] as const)("equals scipy.ndimage.label with %i neighbours", (connectivity, key) => {
    const found = components(mask("speckled"), { connectivity });
    expect(samePartition(found, labels(key))).toBe(true);
    expect(found.count).toBe(Math.max(...labels(key).data));
  });

  it("keeps different labels apart and parts a label that lies in two places", () => {
    const pieces = labels("pieces");
    expect(samePartition(components(pieces), labels("piecesConnected"))).toBe(true);
    const broken: LabelMap = { data: Uint32Array.of(5, 5, 0, 5, 7, 7), height: 1, width: 6 };
    expect(Array.from(components(broken).data)).toEqual([1, 1, 0, 2, 3, 3]);
  });

  it("numbers pieces in reading order and joins exactly the touching pixels", () => {
    fc.assert(
      fc.property(anyMask, fc.constantFrom(4, 8), (mask, connectivity) => {
        const { data, count } = components(mask, { connectivity: connectivity as 4 | 8 });
        const { height, width } = mask;
        expect([...new Set(data)].filter((label) => label > 0)).toEqual(Array.from({ length: count }, (_, i) => i + 1));

        // Independent reference: spread from each unvisited pixel.
        const expected = new Uint32Array(data.length);
        let next = 0;
        for (let start = 0; start < data.length; start++) {
          if (mask.data[start] === 0 || expected[start] !== 0) continue;
          expected[start] = ++next;
          for (const waiting = [start]; waiting.length > 0; ) {
            const pixel = waiting.pop()!;
            for (const [dy, dx] of [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dy, dx] as const))) {
              if (connectivity === 4 && dy !== 0 && dx !== 0) continue;
              const [y, x] = [Math.floor(pixel / width) + dy, (pixel % width) + dx];
              if (y < 0 || x < 0 || y >= height || x >= width) continue;
              const neighbour = y * width + x;
              if (mask.data[neighbour] === 0 || expected[neighbour] !== 0) continue;
              expected[neighbour] = next;
              waiting.push(neighbour);
            }
          }
        }
        expect(data).toEqual(expected);
      }),
    );
  });
});

describe("relabel", () => {
  it("leaves no gaps and keeps the order", () => {
    const gaps: LabelMap = { data: Uint32Array.of(9, 0, 4, 4, 4_000_000_000, 9), height: 2, width: 3 };
    expect(relabel(gaps)).toEqual({ data: Uint32Array.of(2, 0, 1, 1, 3, 2), height: 2, width: 3, count: 3 });
  });

  it("counts nothing in an empty map", () => {
    expect(relabel({ data: new Uint32Array(4), height: 2, width: 2 }).count).toBe(0);
  });
});

describe("boundaries", () => {
  it("equals skimage.segmentation.find_boundaries(mode='inner')", () => {
    expect(boundaries(labels("pieces"))).toEqual(mask("boundaries").data);
  });
});

describe("regions", () => {
  const found = regions(labels("pieces"), plane("image"));
  const expected = value<Region[]>("regions");

  it("finds the objects in the order of their labels", () => {
    expect(found.map((region) => region.label)).toEqual(expected.map((region) => region.label));
  });

  it.each([
    ["area", 0],
    ["y", 1e-12],
    ["x", 1e-12],
    ["y0", 0],
    ["x0", 0],
    ["y1", 0],
    ["x1", 0],
    ["equivalentDiameter", 1e-12],
    ["majorAxis", 1e-9],
    ["minorAxis", 1e-9],
    ["eccentricity", 1e-9],
    ["orientation", 1e-9],
    ["meanIntensity", 1e-6],
  ] as const)("measures as skimage.measure.regionprops: %s", (key, relative) => {
    // A perfectly round object has no orientation; each program calls it something else.
    const isMeant = (region: Region) => key !== "orientation" || region.eccentricity > 1e-6;
    const values = (list: Region[]) => list.filter(isMeant).map((region) => region[key]!);
    expect(values(found).length).toBeGreaterThan(4);
    expect(values(found)).toBeAllclose(values(expected), { relative, absolute: relative });
  });

  it("knows which objects touch the border", () => {
    for (const region of found) {
      const touches = region.y0 === 0 || region.x0 === 0 || region.y1 === 57 || region.x1 === 73;
      expect(region.touchesBorder).toBe(touches);
    }
    expect(new Set(found.map((region) => region.touchesBorder)).size).toBe(2);
  });

  it("finds the axes of a rotated ellipse", () => {
    const [semiMajor, semiMinor, angle] = [30, 12, 0.6];
    const [height, width] = [101, 101];
    const data = Uint32Array.from({ length: height * width }, (_, i) => {
      const [y, x] = [Math.floor(i / width) - 50, (i % width) - 50];
      const along = y * Math.cos(angle) + x * Math.sin(angle);
      const across = -y * Math.sin(angle) + x * Math.cos(angle);
      return (along / semiMajor) ** 2 + (across / semiMinor) ** 2 <= 1 ? 3 : 0;
    });
    const [ellipse] = regions({ data, height, width });
    expect(ellipse!.majorAxis).toBeCloseTo(2 * semiMajor, 0);
    expect(ellipse!.minorAxis).toBeCloseTo(2 * semiMinor, 0);
    expect(ellipse!.orientation).toBeCloseTo(angle, 2);
    expect(ellipse!.eccentricity).toBeCloseTo(Math.sqrt(1 - (semiMinor / semiMajor) ** 2), 2);
    expect(ellipse).not.toHaveProperty("meanIntensity");
  });

  it("gives a single pixel no axes", () => {
    const [dot] = regions({ data: Uint32Array.of(0, 8), height: 1, width: 2 });
    expect(dot).toMatchObject({ label: 8, area: 1, y: 0, x: 1, majorAxis: 0, minorAxis: 0, eccentricity: 0 });
  });

  it("refuses an intensity of another size", () => {
    const wrong = { data: new Float32Array(4), height: 2, width: 2 };
    expect(() => regions(labels("pieces"), wrong)).toThrow(ShapeError);
  });
});
