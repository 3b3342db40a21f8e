import type { Plane } from "../src/core/plane.ts";
import type { Random } from "../src/core/random.ts";
import { filaments } from "../src/microscope/specimens/filaments.ts";
import { renderFilaments } from "../src/microscope/specimens/render-filaments.ts";

const PIXEL_SIZE_UM = 0.05;

/** Filaments with a little noise on a dark ground, `[sizePx, sizePx]`, within about 0.1…0.9 of the unit scale. */
export function drawnFilaments(random: Random, { sizePx, count }: { sizePx: number; count: number }): Plane {
  const extentUm = sizePx * PIXEL_SIZE_UM;
  const lines = filaments(
    { amount: { count }, lengthUm: 8, persistenceLengthUm: 5, arrangement: { kind: "scattered" } },
    { heightUm: extentUm, widthUm: extentUm },
    random.fork("lines"),
  );
  const plane = renderFilaments(lines, { height: sizePx, width: sizePx, pixelSizeUm: PIXEL_SIZE_UM, blurNm: 90 });
  const brightest = plane.data.reduce((most, value) => Math.max(most, value), 0);
  const noise = random.fork("noise");
  return { ...plane, data: plane.data.map((value) => (0.8 * value) / brightest + 0.1 + 0.03 * noise.normal()) };
}
