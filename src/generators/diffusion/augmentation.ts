/**
 * Training pictures from images: random pieces, and two kinds of augmentation that must not show in what a generator draws.
 *
 * Orientations of a specimen that has none are no change at all: all of them may be drawn. Everything else (other sizes, angles, brightness)
 * would teach the network things that no image shows. Such changes are made in a share of the pictures only, and the network is told which:
 * in sampling it is told "none", and draws what unchanged images look like.
 */

import type { LabelMap, Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { turned } from "../../data/augmentation.ts";
import { cropPair, cropPlane } from "../../data/crop.ts";
import { type Warp, warpLabels, warpPlane } from "./warp.ts";

/** Which ways to lay a picture show the same kind of thing: turned and mirrored, mirrored alone, or no other. */
export type Orientations = "all" | "mirrored" | "one";

/** How training pictures are varied. */
export interface AugmentationOptions {
  /** `all` suits specimens without a direction, such as cells in a dish; not tissue layers, nor images lit from one side. */
  readonly orientations?: Orientations;
  /** Probability of each of the changes that the network is told about; 0 for none. More for fewer images; 0.12 in the paper. */
  readonly toldProbability?: number;
}

/** Ways to lay a square sheet, as `turned` counts them. */
const turnsOf: Readonly<Record<Orientations, readonly number[]>> = {
  all: [0, 1, 2, 3, 4, 5, 6, 7],
  mirrored: [0, 2, 4, 6],
  one: [0],
};

/** Spread of the told changes: of sizes in octaves, of brightness in octaves, of an offset on the 0…1 scale. */
const SPREAD = { octaves: 0.2, gainOctaves: 0.2, offset: 0.05 };

/**
 * Numbers that tell a change, in this order: size in octaves; cosine of the angle less 1, and its sine; stretch in octaves along an axis, as cosine
 * and sine of the axis; gain in octaves; offset. All are 0 where nothing was changed.
 *
 * @see Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022, appendix F.2 and table 8
 */
export const AUGMENTATION_FEATURES = 7;

/** A training picture. */
export interface TrainingPatch {
  /** On the unit scale, `[sizePx, sizePx]`; a told change may take it beyond. */
  readonly image: Plane;
  readonly labels?: LabelMap;
  /** What was done to it, {@link AUGMENTATION_FEATURES} numbers. */
  readonly augmentation: Float32Array;
}

/** Random picture of an image and, where there are some, its labels. */
export function drawPatch(
  whole: { readonly image: Plane; readonly labels?: LabelMap },
  sizePx: number,
  random: Random,
  { orientations = "all", toldProbability = 0 }: AugmentationOptions = {},
): TrainingPatch {
  const told = toldProbability > 0 ? drawTold(random.fork("told"), toldProbability) : untold;
  const { image, labels } = told.matrix
    ? warpedPiece(whole, sizePx, told.matrix, random)
    : straightPiece(whole, sizePx, random);
  const turn = random.pick(turnsOf[orientations]);
  const turnedImage = turned(image, turn);
  const { factor, offset } = told;
  const changed = factor === 1 && offset === 0 ? turnedImage.data : turnedImage.data.map((v) => factor * v + offset);
  return {
    image: { ...turnedImage, data: changed },
    ...(labels && { labels: turned(labels, turn) }),
    augmentation: told.features,
  };
}

/** A change, and how it is told. */
interface Told {
  readonly features: Float32Array;
  /** From the picture to the image; nothing where the geometry stays. */
  readonly matrix?: Warp["matrix"];
  readonly factor: number;
  readonly offset: number;
}

const untold: Told = { features: new Float32Array(AUGMENTATION_FEATURES), factor: 1, offset: 0 };

function drawTold(random: Random, probability: number): Told {
  const sometimes = (name: string, draw: (random: Random) => number): number => {
    const own = random.fork(name);
    return own.uniform() < probability ? draw(own) : 0;
  };
  const octaves = sometimes("size", (own) => SPREAD.octaves * own.normal());
  const angle = sometimes("angle", (own) => own.between(-Math.PI, Math.PI));
  const stretch = sometimes("stretch", (own) => SPREAD.octaves * own.normal());
  const axis = stretch === 0 ? 0 : random.fork("axis").between(-Math.PI, Math.PI);
  const gain = sometimes("gain", (own) => SPREAD.gainOctaves * own.normal());
  const offset = sometimes("offset", (own) => SPREAD.offset * own.normal());
  const { cos, sin } = Math;
  const turning = [cos(angle) - 1, sin(angle)];
  const features = Float32Array.of(octaves, ...turning, stretch * cos(axis), stretch * sin(axis), gain, offset);
  const moved = octaves !== 0 || angle !== 0 || stretch !== 0;
  return { features, ...(moved && { matrix: inverseMap(octaves, angle, stretch, axis) }), factor: 2 ** gain, offset };
}

/** From a picture to its image: turned by the angle, stretched by 2^stretch along an axis and squeezed across it, shrunk by 2^octaves. */
function inverseMap(octaves: number, angle: number, stretch: number, axis: number): Warp["matrix"] {
  const [along, across] = [2 ** -(octaves + stretch), 2 ** -(octaves - stretch)];
  const [ca, sa] = [Math.cos(axis), Math.sin(axis)];
  // Stretching along (ca, sa) in (x, y): S = along · a aᵀ + across · b bᵀ with b across a
  const sxx = along * ca * ca + across * sa * sa;
  const sxy = (along - across) * ca * sa;
  const syy = along * sa * sa + across * ca * ca;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [syy * c + sxy * s, sxy * c - syy * s, sxy * c + sxx * s, sxx * c - sxy * s]; // S · R
}

type Whole = Parameters<typeof drawPatch>[0];

function straightPiece({ image, labels }: Whole, sizePx: number, random: Random): Whole {
  return labels ? cropPair({ image, labels }, sizePx, random) : { image: cropPlane(image, sizePx, random) };
}

function warpedPiece({ image, labels }: Whole, sizePx: number, matrix: Warp["matrix"], random: Random): Whole {
  const middle = (extent: number) =>
    extent <= sizePx ? (extent - 1) / 2 : random.integer(extent - sizePx + 1) + (sizePx - 1) / 2;
  const warp: Warp = { centre: [middle(image.height), middle(image.width)], matrix };
  return {
    image: warpPlane(image, sizePx, warp),
    ...(labels && { labels: warpLabels(labels, sizePx, warp) }),
  };
}
