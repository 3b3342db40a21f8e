import { mirrored } from "../../core/mirrored.ts";
import { emptyLabelMap, emptyPlane, type LabelMap, type Plane } from "../../core/plane.ts";

/** Where a piece is taken from: pixel (y, x) of the piece, counted from its middle, lies at `centre + matrix · (y, x)` in the image. */
export interface Warp {
  /** Middle of the piece in the image, in pixels. */
  readonly centre: readonly [y: number, x: number];
  /** Row-major: `[yy, yx, xy, xx]`. */
  readonly matrix: readonly [number, number, number, number];
}

/**
 * Turned and stretched square of an image, `[sizePx, sizePx]`, interpolated with cubics (Catmull & Rom), which keep noise and edges sharper than straight
 * lines do. Beyond its borders the image continues as its mirror image.
 *
 * @see Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. ASSP 29, 1153 (1981), with a = −1/2
 */
export function warpPlane(plane: Plane, sizePx: number, warp: Warp): Plane {
  const { data, height, width } = plane;
  const piece = emptyPlane(sizePx, sizePx);
  eachSource(sizePx, warp, (i, y, x) => {
    const [y0, x0] = [Math.floor(y), Math.floor(x)];
    const across = cubicWeights(x - x0);
    let sum = 0;
    cubicWeights(y - y0).forEach((down, dy) => {
      const row = mirrored(y0 + dy - 1, height) * width;
      for (let dx = 0; dx < 4; dx++) sum += down * across[dx]! * data[row + mirrored(x0 + dx - 1, width)]!;
    });
    piece.data[i] = sum;
  });
  return piece;
}

/** The same square of the image's labels: each pixel takes the nearest label, as labels have no values in between. */
export function warpLabels(labels: LabelMap, sizePx: number, warp: Warp): LabelMap {
  const { data, height, width } = labels;
  const piece = emptyLabelMap(sizePx, sizePx);
  eachSource(sizePx, warp, (i, y, x) => {
    piece.data[i] = data[mirrored(Math.round(y), height) * width + mirrored(Math.round(x), width)]!;
  });
  return piece;
}

/** Visits every pixel of a piece with its place in the image. */
function eachSource(sizePx: number, { centre, matrix }: Warp, visit: (i: number, y: number, x: number) => void): void {
  const middle = (sizePx - 1) / 2;
  const [yy, yx, xy, xx] = matrix;
  for (let row = 0, i = 0; row < sizePx; row++)
    for (let column = 0; column < sizePx; column++, i++) {
      const [v, u] = [row - middle, column - middle];
      visit(i, centre[0] + yy * v + yx * u, centre[1] + xy * v + xx * u);
    }
}

/** Shares of the four pixels around a place that lies `way` behind the second of them. */
function cubicWeights(way: number): [number, number, number, number] {
  const [t, t2, t3] = [way, way ** 2, way ** 3];
  return [(-t3 + 2 * t2 - t) / 2, (3 * t3 - 5 * t2 + 2) / 2, (-3 * t3 + 4 * t2 + t) / 2, (t3 - t2) / 2];
}
