import type { LabelMap, Plane } from "../../src/core/plane.ts";
import { type Random, random } from "../../src/core/random.ts";
import { encodePng } from "../../src/data/formats/write-png.ts";
import { overlay } from "../../src/image/overlay.ts";
import type { RgbImage } from "../../src/image/rgb-image.ts";
import { sheet } from "../../src/image/sheet.ts";

/** Bright discs on a dim background with their labels: only to look at and to count, not a model of any microscope. */
export function fakeImage(
  size: number,
  chance: Random,
  { noise = 8, edge = 2 } = {},
): { plane: Plane; labels: LabelMap } {
  const plane = { data: new Float32Array(size * size), height: size, width: size };
  const labels = { data: new Uint32Array(size * size), height: size, width: size };
  const discs = Array.from({ length: Math.round((size * size) / 900) }, () => ({
    y: chance.between(0, size),
    x: chance.between(0, size),
    radius: chance.between(6, 12),
    level: chance.between(70, 200),
  }));
  for (let y = 0, i = 0; y < size; y++)
    for (let x = 0; x < size; x++, i++) {
      let value = 20;
      for (const [index, disc] of discs.entries()) {
        const inside = disc.radius - Math.hypot(y - disc.y, x - disc.x);
        value = Math.max(value, 20 + disc.level / (1 + Math.exp((-3 * inside) / edge)));
        if (inside > 0 && labels.data[i] === 0) labels.data[i] = index + 1;
      }
      plane.data[i] = value + noise * chance.normal();
    }
  return { plane, labels };
}

/** PNG of a colour picture. */
export function fakePng({ data, height, width }: RgbImage): Uint8Array {
  const size = height * width;
  const planar = Uint8Array.from({ length: 3 * size }, (_, i) => data[3 * (i % size) + Math.floor(i / size)]!);
  return encodePng({ data: planar, pixelType: "uint8", channels: 3, height, width }, "fake picture");
}

/** The pictures that the fake record names. */
export function fakePictures(): Map<string, Uint8Array> {
  const chance = random(7);
  const images = (count: number, options = {}) => Array.from({ length: count }, () => fakeImage(96, chance, options));
  const grid = (count: number, options = {}) =>
    fakePng(
      sheet(
        images(count, options).map(({ plane }) => plane),
        { columns: 4 },
      ),
    );
  const outlined = () => {
    const { plane, labels } = fakeImage(192, chance);
    return fakePng(overlay(plane, labels));
  };
  const worst = () => {
    const { plane, labels } = fakeImage(96, chance, { noise: 30 });
    return fakePng(sheet([plane, overlay(plane, labels), overlay(plane, labels)], { columns: 3 }));
  };
  return new Map([
    ["pictures/real.png", grid(8, { noise: 9, edge: 3 })],
    ["pictures/simulated.png", grid(8, { noise: 4, edge: 1.5 })],
    ["pictures/generated-vanilla.png", grid(8, { noise: 3, edge: 5 })],
    ["pictures/generated-dct.png", grid(8, { noise: 8, edge: 3 })],
    ["pictures/overlay-0.png", outlined()],
    ["pictures/overlay-1.png", outlined()],
    ["pictures/overlay-2.png", outlined()],
    ["pictures/worst-0.png", worst()],
    ["pictures/worst-1.png", worst()],
    ["pictures/worst-2.png", worst()],
    ["pictures/hidden.png", grid(8, { noise: 1 })],
    ["pictures/equalised-vanilla.png", grid(8, { noise: 45 })],
    ["pictures/equalised-dct.png", grid(8, { noise: 40 })],
  ]);
}
