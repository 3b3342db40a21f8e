import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { smoothField } from "../../src/microscope/modalities/smooth-field.ts";
import { type DrawnSpecimen, logBetween, SPECIMEN_PX, STRUCTURES } from "../specimens/drawn-specimen.ts";
import { phaseScrambled } from "./phase-scramble.ts";

/** What the network is asked to tell apart: yes or no, by name. */
export const CLASSES = [...STRUCTURES, "inverted", "relief", "scrambled"] as const;

/** What the network is asked to measure. */
export const MEASURES = [
  "blur",
  "noise",
  "grain",
  "shot",
  "coverage",
  "length",
  "contrast",
  "level",
  "scrambling",
  "alignment",
] as const;

/** A tile of a simulated exposure, and what is known about it. */
export interface Exposure {
  /** Unit scale 0…1, `[64, 64]`. */
  readonly tile: Plane;
  /** 1 or 0 for each of {@link CLASSES}. */
  readonly classes: readonly number[];
  /** Each of {@link MEASURES} on a scale where most lie within ±1. */
  readonly measures: readonly number[];
  /** 1 where a measure means something for this exposure, else 0. */
  readonly isKnown: readonly number[];
}

const TILE_PX = 64;
/** Edge of the part of the specimen that is imaged: the tile with a margin, so that blur reaches in from outside. */
const FIELD_PX = 80;
/** The least standard deviation of noise that can be told from none. */
const FAINTEST_NOISE = 0.001;

/**
 * One exposure of one specimen, sometimes of two: optics, stray light, noise and what cameras and people do to images afterwards.
 *
 * @param specimens to draw from
 * @param place where on the specimen, and which noise; with the same `random` and another `place` the same slide is imaged elsewhere
 */
export function exposure(
  specimens: (index: number) => DrawnSpecimen,
  count: number,
  random: Random,
  place: Random = random,
): Exposure {
  const first = specimens(random.integer(count));
  const second = random.uniform() < 0.2 ? specimens(random.integer(count)) : undefined;
  let light = section(first.emission, place);
  if (second) {
    const share = random.between(0.2, 1);
    const other = section(second.emission, place);
    light = mapped(light, (value, i) => value + share * other.data[i]!);
  }
  const gamma = random.uniform() < 0.3 ? logBetween(random, 0.6, 1.6) : 1;
  if (gamma !== 1) light = mapped(light, (value) => Math.max(0, value) ** gamma);
  const isScrambled = random.uniform() < 0.18;
  const scrambling = isScrambled ? random.between(0.15, 1) : 0;
  const coverage = light.data.reduce((sum, value) => sum + (value > 0.3 ? 1 : 0), 0) / light.data.length;

  const blurPx = random.uniform() < 0.1 ? 0 : logBetween(random, 0.3, 5);
  light = gaussianBlur(light, blurPx);
  if (random.uniform() < 0.3) {
    const share = random.between(0.1, 0.7);
    const halo = gaussianBlur(light, random.between(6, 15));
    light = mapped(light, (value, i) => (1 - share) * value + share * halo.data[i]!);
  }
  if (isScrambled) light = phaseScrambled(light, scrambling, random);
  const isRelief = random.uniform() < 0.05;
  if (isRelief) light = relief(light, random.between(0, 2 * Math.PI));

  const isInverted = random.uniform() < 0.12;
  const contrast = logBetween(random, 0.07, 0.95);
  const background = isInverted || isRelief ? random.between(0.3, 1) : random.uniform() ** 2 * 0.4;
  const sign = isInverted ? -1 : 1;
  const drift = random.uniform() < 0.5 ? 0 : random.between(0, 0.1) * contrast;
  const waves = smoothField(FIELD_PX, FIELD_PX, { random, extentPx: 512 });
  light = mapped(light, (value, i) => background + sign * contrast * value + drift * waves.data[i]!);

  const noise = noiseSettings(contrast, random);
  const seen = noisy(light, noise, place);
  const clipped = random.uniform() < 0.8 ? mapped(seen, (value) => Math.min(1, Math.max(0, value))) : seen;
  const steps = random.uniform() < 0.4 ? Math.round(logBetween(random, 30, 255)) : 0;
  const image = steps === 0 ? clipped : mapped(clipped, (value) => Math.round(value * steps) / steps);

  const mean = light.data.reduce((sum, value) => sum + value, 0) / light.data.length;
  const spread = Math.sqrt(light.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / light.data.length);
  const noiseLevel = Math.max(FAINTEST_NOISE, Math.hypot(noise.read, noise.shot * Math.sqrt(Math.max(0, mean))));
  const hasOneStructure = second === undefined;
  const measures: Record<(typeof MEASURES)[number], [value: number, isKnown: boolean]> = {
    blur: [Math.log2(Math.max(blurPx, 0.25)) / 2, spread > noiseLevel / 4],
    noise: [Math.log10(noiseLevel) + 2, true],
    grain: [noise.grainPx, noiseLevel > FAINTEST_NOISE && noiseLevel > spread / 20],
    shot: [noise.shot > 0 ? 1 : 0, noiseLevel > FAINTEST_NOISE && spread > noiseLevel / 2],
    coverage: [Math.log10(coverage + 0.01) + 1, true],
    length: [Math.log2(first.lengthPx) / 2 - 1, hasOneStructure],
    contrast: [Math.log10(spread + 0.003) + 1.2, true],
    level: [2 * mean, true],
    scrambling: [scrambling, true],
    alignment: [first.isAligned ? 1 : 0, hasOneStructure && first.structure === "filaments"],
  };
  const shown = new Set<string>([first.structure, ...(second ? [second.structure] : [])]);
  if (isInverted) shown.add("inverted");
  if (isRelief) shown.add("relief");
  if (isScrambled) shown.add("scrambled");
  return {
    tile: middle(image),
    classes: CLASSES.map((name) => (shown.has(name) ? 1 : 0)),
    measures: MEASURES.map((name) => measures[name][0]),
    isKnown: MEASURES.map((name) => (measures[name][1] ? 1 : 0)),
  };
}

const mapped = (plane: Plane, change: (value: number, i: number) => number): Plane => ({
  ...plane,
  data: plane.data.map(change),
});

/** A part of a specimen, `[80, 80]`, from a random place, flipped and turned at random. */
function section({ data }: Plane, random: Random): Plane {
  const plane = emptyPlane(FIELD_PX, FIELD_PX);
  const [down, right] = [random.integer(SPECIMEN_PX - FIELD_PX + 1), random.integer(SPECIMEN_PX - FIELD_PX + 1)];
  const [turned, mirrored, upside] = [random.uniform() < 0.5, random.uniform() < 0.5, random.uniform() < 0.5];
  for (let y = 0, i = 0; y < FIELD_PX; y++)
    for (let x = 0; x < FIELD_PX; x++, i++) {
      const v = upside ? SPECIMEN_PX - 1 - (y + down) : y + down;
      const u = mirrored ? SPECIMEN_PX - 1 - (x + right) : x + right;
      plane.data[i] = data[turned ? u * SPECIMEN_PX + v : v * SPECIMEN_PX + u]!;
    }
  return plane;
}

/** Light and shadow as of a relief lit from one side: the slope of the image in one direction. */
function relief({ data, height, width }: Plane, angle: number): Plane {
  const [across, down] = [Math.cos(angle), Math.sin(angle)];
  const plane = emptyPlane(height, width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (row: number, column: number) =>
        data[Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column))]!;
      plane.data[y * width + x] = 1.5 * (across * (at(y, x + 1) - at(y, x - 1)) + down * (at(y + 1, x) - at(y - 1, x)));
    }
  return plane;
}

interface Noise {
  /** Standard deviation where it is dark. */
  readonly read: number;
  /** Standard deviation per square root of light. */
  readonly shot: number;
  /** Blur of the noise, as resampling and compression leave it. */
  readonly grainPx: number;
}

/** Noise that mostly leaves something to see. */
function noiseSettings(contrast: number, random: Random): Noise {
  const strongest = random.uniform() < 0.1 ? 0.14 : Math.min(0.14, 0.4 * contrast);
  const level = random.uniform() < 0.08 ? 0 : logBetween(random, 0.0015, strongest);
  const isShot = random.uniform() < 0.5;
  return {
    read: isShot ? level * random.between(0.1, 0.6) : level,
    shot: isShot ? level * 1.5 : 0,
    grainPx: random.uniform() < 0.7 ? 0 : random.between(0.3, 1.2),
  };
}

function noisy(light: Plane, { read, shot, grainPx }: Noise, random: Random): Plane {
  if (read === 0) return light;
  const noise = emptyPlane(light.height, light.width);
  // Box & Muller (1958) with both branches, which `random.normal` does not keep: noise is most of the work here.
  for (let i = 0; i < noise.data.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    noise.data[i] = radius * Math.cos(angle);
    noise.data[i + 1] = radius * Math.sin(angle);
  }
  const grainy = gaussianBlur(noise, grainPx);
  const kept = Math.sqrt(grainy.data.reduce((sum, value) => sum + value * value, 0) / grainy.data.length);
  return mapped(
    light,
    (value, i) => value + (Math.sqrt(read ** 2 + shot ** 2 * Math.max(0, value)) * grainy.data[i]!) / kept,
  );
}

/** The tile in the middle of the field. */
function middle({ data }: Plane): Plane {
  const margin = (FIELD_PX - TILE_PX) / 2;
  const plane = emptyPlane(TILE_PX, TILE_PX);
  for (let y = 0; y < TILE_PX; y++) {
    const start = (y + margin) * FIELD_PX + margin;
    plane.data.set(data.subarray(start, start + TILE_PX), y * TILE_PX);
  }
  return plane;
}
