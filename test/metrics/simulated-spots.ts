import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";

/** Image of soft round spots at random places, with noise: the same law for every stream. */
export function spots(random: Random, { side = 32, count = 16, noise = 0.08, widthPx = 1.5 } = {}): Plane {
  const plane = emptyPlane(side, side);
  const centres = Array.from({ length: count }, () => ({
    y: random.between(0, side),
    x: random.between(0, side),
    height: random.between(0.4, 1),
    width: widthPx * random.between(0.7, 1.4),
  }));
  for (let i = 0; i < plane.data.length; i++) {
    const [y, x] = [Math.floor(i / side), i % side];
    let value = noise * random.normal();
    for (const spot of centres)
      value += spot.height * Math.exp(-((y - spot.y) ** 2 + (x - spot.x) ** 2) / (2 * spot.width ** 2));
    plane.data[i] = value;
  }
  return plane;
}

/** As many images as asked for, one stream each. */
export function manySpots(random: Random, images: number, options: Parameters<typeof spots>[1] = {}): Plane[] {
  return Array.from({ length: images }, (_, index) => spots(random.fork("spots", index), options));
}

/** A square piece of a plane. */
export function pieceOf({ data, width }: Plane, top: number, left: number, side: number): Plane {
  const piece = emptyPlane(side, side);
  for (let y = 0; y < side; y++)
    piece.data.set(data.subarray((top + y) * width + left, (top + y) * width + left + side), y * side);
  return piece;
}
