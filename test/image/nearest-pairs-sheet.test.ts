import { describe, expect, it } from "vitest";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import {
  dihedral,
  dihedralVariants,
  type NearestPair,
  nearestPairsSheet,
  overlaidPair,
} from "../../src/image/index.ts";
import { manySpots, pieceOf } from "../metrics/simulated-spots.ts";

const training = manySpots(random(1), 1, { side: 40 })[0]!;

/** The pair in which the generated image, once turned as told, is the piece of the training image at (y, x). */
function pairOf(variantIndex: number, y: number, x: number, side: number, searchedPx: number): NearestPair {
  const variant = dihedralVariants[variantIndex]!;
  // The variant that undoes this one: the turns by 90° and 270° exchange, all others undo themselves.
  const back = dihedralVariants[{ 5: 6, 6: 5 }[variantIndex] ?? variantIndex]!;
  const rim = (side - searchedPx) / 2;
  return {
    generated: dihedral(pieceOf(training, y, x, side), back),
    training,
    variant,
    y: y + rim,
    x: x + rim,
    searchedPx,
  };
}

const extremes = (plane: Plane) => Math.max(...plane.data.map(Math.abs));

describe("overlaidPair", () => {
  it.each(dihedralVariants.map(({ name }, index) => [name, index] as const))(
    "lays a copy over its source, the rim included: %s",
    (_, index) => {
      const pair = pairOf(index, 5, 9, 24, 18);
      const { difference, training: under } = overlaidPair(pair);
      expect(extremes(difference)).toBeLessThan(1e-5);
      expect(under.data).toBeAllclose(pair.generated.data, { absolute: 1e-5 });
    },
  );

  it("takes away gain and offset, and says where the training image ends", () => {
    const pair = pairOf(0, 5, 9, 24, 18);
    const scaled = { ...pair.generated, data: pair.generated.data.map((value) => 7 * value - 3) };
    expect(extremes(overlaidPair({ ...pair, generated: scaled }).difference)).toBeLessThan(1e-4);
    const { difference } = overlaidPair({ ...pair, y: 0, x: 3 }); // the rim of three pixels sticks out at the top
    const unknown = [...difference.data.keys()].filter((i) => Number.isNaN(difference.data[i]!));
    expect(unknown).toEqual(Array.from({ length: 3 * 24 }, (_, i) => i));
  });
});

describe("nearestPairsSheet", () => {
  const [tile, gap, between] = [48, 2, 12];
  const colourAt = (pair: NearestPair, y: number, x: number) => {
    const { data, width } = nearestPairsSheet([pair], { zoom: 2, pairsPerRow: 1 });
    return [...data.subarray(3 * (y * width + 2 * (tile + gap) + x), 3 * (y * width + 2 * (tile + gap) + x) + 3)];
  };

  it("has three tiles to a pair, enlarged, and two pairs to a row", () => {
    const pair = pairOf(0, 5, 9, 24, 18);
    const across = 3 * tile + 2 * gap;
    expect(nearestPairsSheet([pair, pair, pair], { zoom: 2 })).toMatchObject({
      width: 2 * across + between,
      height: 2 * tile + between,
    });
    expect(nearestPairsSheet([pair], { pairsPerRow: 1 }).height).toBe(24 * 6); // at least 128 px
  });

  it("shows what the generated image has more in orange and less in blue, agreement in black", () => {
    const pair = pairOf(0, 5, 9, 24, 24);
    const changed = pair.generated.data.slice();
    changed[24 * 4 + 6]! += 0.8;
    changed[24 * 15 + 12]! -= 0.8;
    const edited = { ...pair, generated: { ...pair.generated, data: changed } };
    const [red, , blue] = colourAt(edited, 2 * 4, 2 * 6);
    expect(red! - blue!).toBeGreaterThan(150);
    const [lessRed, , moreBlue] = colourAt(edited, 2 * 15, 2 * 12);
    expect(moreBlue! - lessRed!).toBeGreaterThan(150);
    expect(Math.max(...colourAt(edited, 2 * 20, 2 * 20))).toBeLessThan(40);
  });

  it("stretches local contrast when asked, of the images and not of the difference", () => {
    const pair = pairOf(0, 5, 9, 24, 24);
    const [plain, equalised] = [false, true].map((on) => nearestPairsSheet([pair], { zoom: 1, equalised: on }));
    const part = (from: number, to: number) => (_: unknown, i: number) => {
      const x = Math.floor(i / 3) % plain!.width;
      return x >= from && x < to;
    };
    expect(equalised!.data.filter(part(0, 24))).not.toEqual(plain!.data.filter(part(0, 24)));
    expect(equalised!.data.filter(part(52, 76))).toEqual(plain!.data.filter(part(52, 76)));
  });
});
