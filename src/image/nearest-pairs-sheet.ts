import type { Plane } from "../core/plane.ts";
import { clahe } from "./clahe.ts";
import { type DihedralVariant, dihedralPosition } from "./dihedral.ts";
import { contrastOf, display } from "./display.ts";
import type { RgbImage } from "./rgb-image.ts";
import { sheet } from "./sheet.ts";

/** A generated image and the place in a training image that it is most like. */
export interface NearestPair {
  readonly generated: Plane;
  readonly training: Plane;
  /** How the generated image was flipped or turned to match. */
  readonly variant: DihedralVariant;
  /** Top left pixel of the matched square in the training image. */
  readonly y: number;
  readonly x: number;
  /** Side of the square that was matched, cut from the centre of the generated image, px. */
  readonly searchedPx: number;
}

/** A pair laid over each other, in the orientation of the generated image. */
export interface OverlaidPair {
  /** Training pixels under each pixel of the generated image, brought to its grey scale; NaN beyond the training image. */
  readonly training: Plane;
  /** Generated − training, NaN beyond the training image. */
  readonly difference: Plane;
}

export interface NearestPairsSheetOptions {
  /** Pairs beside each other. */
  readonly pairsPerRow?: number;
  /** Screen pixels per image pixel; by default the smallest number that makes a picture 128 px wide. */
  readonly zoom?: number;
  /** Stretch local contrast in the two images, so that faint structure shows; the difference stays as it is. */
  readonly equalised?: boolean;
}

/** Orange where the generated image is brighter, blue where the training image is: told apart by every eye. */
const brighter = [255, 160, 0] as const;
const darker = [40, 150, 255] as const;

const cornerColour = [225, 225, 225] as const;

/** Beyond the edge of the training image there is nothing to show. */
const nothing = 60;

/**
 * Picture of the closest pairs, three tiles each: generated | nearest in the training set | difference.
 *
 * The training image is turned and moved onto the generated one and given its mean and standard deviation, which
 * correlation ignores, so both are shown in one contrast. The difference is black where they agree, orange where the
 * generated image is brighter, blue where the training image is; full colour means half the range of grey values
 * shown. Corners mark the square that was matched; grey lies beyond the edge of the training image.
 */
export function nearestPairsSheet(
  pairs: readonly NearestPair[],
  { pairsPerRow = 2, zoom, equalised = false }: NearestPairsSheetOptions = {},
): RgbImage {
  const widest = Math.max(1, ...pairs.map(({ generated }) => generated.width));
  const scale = zoom ?? Math.max(1, Math.ceil(128 / widest));
  const triples = pairs.map((pair) =>
    tilesOf(pair, equalised).map((picture) => withCorners(enlarged(picture, scale), pair, scale)),
  );
  const rows: RgbImage[] = triples.map((tiles) => sheet(tiles, { columns: 3, gap: 2 }));
  return sheet(rows, { columns: pairsPerRow, gap: 12 });
}

/** Lays the training image over the generated one. */
export function overlaidPair({ generated, training, variant, y, x, searchedPx }: NearestPair): OverlaidPair {
  const { height, width, data } = generated;
  const [top, left] = [Math.floor((height - searchedPx) / 2), Math.floor((width - searchedPx) / 2)];
  const under = new Float32Array(data.length).fill(Number.NaN);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [j, i] = dihedralPosition(variant, searchedPx, row - top, column - left);
      const inside = y + j >= 0 && y + j < training.height && x + i >= 0 && x + i < training.width;
      if (inside) under[row * width + column] = training.data[(y + j) * training.width + x + i]!;
    }
  const { gain, offset } = greyFit(under, data);
  const fitted = under.map((value) => gain * value + offset);
  const difference = fitted.map((value, i) => data[i]! - value);
  return { training: { data: fitted, height, width }, difference: { data: difference, height, width } };
}

/**
 * Gain and offset that give `from` the mean and standard deviation of `to`, where it is known. Least squares would fade
 * the training image the less alike it is.
 */
function greyFit(from: Float32Array, to: Float32Array): { gain: number; offset: number } {
  const known = Array.from(from.keys()).filter((i) => !Number.isNaN(from[i]!));
  const spread = (values: Float32Array) => {
    const mean = known.reduce((sum, i) => sum + values[i]!, 0) / Math.max(1, known.length);
    return { mean, deviation: Math.sqrt(known.reduce((sum, i) => sum + (values[i]! - mean) ** 2, 0)) };
  };
  const [a, b] = [spread(from), spread(to)];
  const gain = a.deviation > 0 ? b.deviation / a.deviation : 1;
  return { gain, offset: b.mean - gain * a.mean };
}

/** Local contrast stretched; pixels that are not known take part as the mean. */
function equalisedPlane(plane: Plane): Plane {
  const known = plane.data.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  const data = plane.data.map((value) => (Number.isNaN(value) ? mean : value));
  return clahe({ ...plane, data }, { tiles: 4, clipLimit: 0.02 });
}

/** The three pictures of a pair. */
function tilesOf(pair: NearestPair, equalised: boolean): RgbImage[] {
  const { generated } = pair;
  const { training, difference } = overlaidPair(pair);
  const contrast = equalised ? { black: 0, white: 1 } : contrastOf(generated);
  const shown = (plane: Plane) => display(equalised ? equalisedPlane(plane) : plane, contrast);
  const nearest = shown(training);
  // Equalised differences would show what equalising does, not what differs.
  const { black, white } = contrastOf(generated);
  const full = Math.max((white - black) / 2, Number.MIN_VALUE);
  const colours = new Uint8Array(3 * difference.data.length);
  difference.data.forEach((value, i) => {
    if (Number.isNaN(value)) {
      nearest.data.fill(nothing, 3 * i, 3 * i + 3);
      colours.fill(nothing, 3 * i, 3 * i + 3);
      return;
    }
    const share = Math.min(Math.abs(value) / full, 1);
    (value > 0 ? brighter : darker).forEach((part, channel) => {
      colours[3 * i + channel] = Math.round(share * part);
    });
  });
  return [shown(generated), nearest, { ...generated, data: colours }];
}

/** Corners, one screen pixel thin, of the square that was matched; the rest of the image took no part. */
function withCorners(picture: RgbImage, { generated, searchedPx }: NearestPair, scale: number): RgbImage {
  const [top, left] = [generated.height - searchedPx, generated.width - searchedPx].map(
    (rest) => Math.floor(rest / 2) * scale,
  ) as [number, number];
  const side = searchedPx * scale;
  if (side >= picture.height && side >= picture.width) return picture;
  const arm = Math.ceil(side / 10);
  for (let along = 0; along < side; along++) {
    if (along >= arm && along < side - arm) continue;
    for (const edge of [0, side - 1])
      for (const [y, x] of [
        [top + along, left + edge],
        [top + edge, left + along],
      ] as const)
        picture.data.set(cornerColour, 3 * (y * picture.width + x));
  }
  return picture;
}

/** Every pixel as a square of `scale` pixels. */
function enlarged({ data, height, width }: RgbImage, scale: number): RgbImage {
  if (scale === 1) return { data, height, width };
  const across = width * scale;
  const large = new Uint8Array(3 * across * height * scale);
  for (let y = 0; y < height * scale; y++)
    for (let x = 0; x < across; x++) {
      const from = 3 * (Math.floor(y / scale) * width + Math.floor(x / scale));
      large.set(data.subarray(from, from + 3), 3 * (y * across + x));
    }
  return { data: large, height: height * scale, width: across };
}
