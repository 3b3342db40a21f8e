import type { Plane } from "../../src/core/plane.ts";
import { type Random, random } from "../../src/core/random.ts";
import { sheet } from "../../src/image/sheet.ts";
import { fakePng } from "./fake-pictures.ts";

/** Wavy bright lines on black: only to look at, not a model of any microscope. */
function fakeLines(size: number, chance: Random, { width = 1.2, noise = 0.02 } = {}): Plane {
  const data = new Float32Array(size * size);
  const lines = Array.from({ length: 4 + Math.round(size / 32) }, () => ({
    angle: chance.between(0, Math.PI),
    offset: chance.between(-size / 2, size / 2),
    wave: chance.between(0, 5),
  }));
  for (let y = 0, i = 0; y < size; y++)
    for (let x = 0; x < size; x++, i++) {
      for (const { angle, offset, wave } of lines) {
        const along = (x - size / 2) * Math.cos(angle) + (y - size / 2) * Math.sin(angle);
        const across = (y - size / 2) * Math.cos(angle) - (x - size / 2) * Math.sin(angle);
        const distance = across - offset - wave * Math.sin(along / 11);
        data[i]! += 0.8 * Math.exp(-0.5 * (distance / width) ** 2);
      }
      data[i]! += noise * chance.normal();
    }
  return { data, height: size, width: size };
}

/** The pictures that the fake record of `super-resolve` names, in the shapes that a run draws. */
export function fakeSuperResolvePictures(): Map<string, Uint8Array> {
  const chance = random(5);
  const contrast = { black: 0, white: 1 };
  const grid = (count: number, size: number, columns: number, options = {}) =>
    fakePng(
      sheet(
        Array.from({ length: count }, () => fakeLines(size, chance, options)),
        { columns, contrast },
      ),
    );
  // The same scene in every column of a row, from blurred to sharp.
  const reconstructions = Array.from({ length: 4 }, (_, row) =>
    [6, 5, 3, 3, 3, 2, 2, 1.2].map((width) => fakeLines(128, random(100 + row), { width })),
  ).flat();
  return new Map([
    ...["real", "mathematical", "generated"].flatMap((name): [string, Uint8Array][] => [
      [`pictures/${name}.png`, grid(32, 64, 8)],
      [`pictures/${name}-equalised.png`, grid(32, 64, 8, { noise: 0.25 })],
    ]),
    ...[0, 1, 2].map((seed): [string, Uint8Array] => [`pictures/novelty-${seed}.png`, grid(24, 128, 6)]),
    ["pictures/reconstructions.png", fakePng(sheet(reconstructions, { columns: 8, contrast }))],
    ["pictures/disagreement.png", grid(12, 128, 3)],
  ]);
}
