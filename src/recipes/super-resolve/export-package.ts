/**
 * A trained super-resolver of a run as a package of the BioImage Model Zoo.
 *
 * No real image goes into a package, because nobody was asked whether it may be given away; and no generated one, because it could be like a
 * real one. Test pair and cover show filaments that are drawn new by the run's mathematical model and made poor by the run's degradation.
 */

import { FormatError, SessionError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import { type Random, random } from "../../core/random.ts";
import { tensor } from "../../core/tensor.ts";
import { rgbPng } from "../../data/formats/index.ts";
import { UNIT_PERCENTILES, unitPlane } from "../../data/unit-plane.ts";
import { bioimagePackage } from "../../engine/package/bioimage-package.ts";
import type { PackageAxis, PackageSpace } from "../../engine/package/package-axes.ts";
import { partOf } from "../../image/part-of.ts";
import { resizePlane } from "../../image/resize-plane.ts";
import { sheet } from "../../image/sheet.ts";
import {
  exportSuperResolver,
  SUPER_RESOLVER_EXPORT_PX,
  SUPER_RESOLVER_HALO_PX,
} from "../../tasks/super-resolve/export.ts";
import { loadSuperResolver } from "../../tasks/super-resolve/model-file.ts";
import { openSuperResolver, type TrainedNetwork } from "../../tasks/super-resolve/predict.ts";
import { type ExportableModel, exportableModel, type ModelChoice } from "../exportable-model.ts";
import type { ModelPackage, PackageTexts } from "../model-package.ts";
import type { RunRecord } from "../record.ts";
import type { RunFolder } from "../run-folder.ts";
import { storedInputs } from "../stored-inputs.ts";
import { superResolveCardTexts } from "./card-texts.ts";
import { superResolveCitations } from "./citations.ts";
import { poorPartner } from "./degradation.ts";
import type { SuperResolveInputs } from "./jobs/context.ts";
import { drawFilaments } from "./mathematical-model.ts";
import { SuperResolveRecipe } from "./recipe.ts";

/** What these models are called, and their files. */
export const SUPER_RESOLVERS = { noun: "super-resolvers", stem: "super-resolver" } as const;

/** Grey levels of the test image: those of a camera with an offset, so that the package's percentiles have something to do. */
const CAMERA = { black: 500, white: 4500 };

/**
 * The super-resolver of a run that is meant by arm and seed, ready to be packaged.
 *
 * @throws {@link DataError} when the run keeps no super-resolver, or the weights are those of none
 * @throws {@link FormatError} when what the run settled is missing or damaged
 * @throws {@link RecipeError} for an arm or seed without a model
 */
export async function exportSuperResolverPackage(
  folder: RunFolder,
  record: RunRecord,
  choice: ModelChoice,
): Promise<ModelPackage> {
  const stored = await storedInputs<SuperResolveInputs>(folder);
  const inputs = { ...stored, recipe: requireRecipe(stored.recipe, folder.file("inputs.json")) };
  const model = await exportableModel(record, folder, SUPER_RESOLVERS, { choice, planned: inputs.plan.arms });
  const network = loadSuperResolver(model.weights);
  const { scale } = network.config;
  const { name, training } = model.arm;
  const grid = scale === 1 ? "on the same grid" : `onto a grid ${scale} times as fine`;
  return {
    model,
    name: `Fantascope super-resolver${scale === 1 ? "" : ` x${scale}`} (${name} seed ${model.seed})`,
    description: `Takes blur and noise out of two-dimensional fluorescence images, ${grid}. Trained on ${training}.`,
    card: superResolveCardTexts(record, inputs, model, network.config),
    cite: superResolveCitations(record, model.arm),
    files: (texts) => superResolverPackage(model, network, inputs, texts),
  };
}

/** A recipe as a file has it, with what recipes could not say when that file was written. */
function requireRecipe(recipe: unknown, file: string): SuperResolveRecipe {
  const parsed = SuperResolveRecipe.safeParse(recipe);
  if (parsed.success) return parsed.data;
  throw new FormatError({
    where: file,
    expected: "a recipe super-resolve",
    received: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    fix: "Was it made by another version of fantascope? Use that version.",
    cause: parsed.error,
  });
}

/**
 * Files of the package by name; see {@link ModelPackage}.
 *
 * @throws {@link RecipeError} when a text that the zoo requires is missing
 * @throws {@link SessionError} when the exported model does not give what the network gave, or that is no picture at all
 */
export async function superResolverPackage(
  { arm, seed }: Pick<ExportableModel, "arm" | "seed">,
  network: TrainedNetwork,
  inputs: Pick<SuperResolveInputs, "recipe" | "degradation" | "pixelSizeUm">,
  texts: PackageTexts,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { scale } = network.config;
  const edge = SUPER_RESOLVER_EXPORT_PX;
  const camera = exampleImage(inputs, scale, seed);
  const seen = unitPlane(camera);
  const result = await resolved(network, seen);
  const shape = [1, 1, edge, edge];
  return bioimagePackage(exportSuperResolver(network, { arm: arm.name, seed }), {
    ...texts,
    covers: { "cover.png": cover(seen, result, scale) },
    tags: ["fluorescence-light-microscopy", "image-restoration", "super-resolution", "2d", "unet", "fantascope"],
    inputs: {
      image: {
        axes: axes("intensity", pixelEdge(inputs, scale)),
        description: "grey levels as the camera gave them; percentiles 1 and 99.9 of the image become 0 and 1",
        test: tensor(camera.data, shape),
        percentiles: { ...UNIT_PERCENTILES, seen: tensor(seen.data, shape) },
      },
    },
    outputs: {
      result: {
        axes: axes("intensity", {
          ...pixelEdge(inputs, 1, scale),
          follows: "image",
          halo: SUPER_RESOLVER_HALO_PX * scale,
        }),
        description: "the image without blur and noise, on that scale, not clipped; README.md: back to grey levels",
        expected: tensor(result.data, [1, 1, edge * scale, edge * scale]),
      },
    },
  });
}

/** Edge of a pixel: in µm where the run knew it, otherwise over that of the input. */
function pixelEdge(
  { pixelSizeUm }: Pick<SuperResolveInputs, "pixelSizeUm">,
  sharpPixels: number,
  finer = 1,
): Pick<PackageSpace, "unit" | "scale"> {
  return pixelSizeUm === undefined ? { scale: 1 / finer } : { unit: "micrometer", scale: pixelSizeUm * sharpPixels };
}

/** Axes of an image with one channel. */
function axes(channel: string, space: Omit<PackageSpace, "type" | "id">): PackageAxis[] {
  const along = (id: "x" | "y"): PackageAxis => ({ type: "space", id, ...space });
  return [{ type: "batch" }, { type: "channel", names: [channel] }, along("y"), along("x")];
}

/** Brightest pixel, on the unit scale and with its noise, of an image like those of a training; and how many scenes are drawn to find one. */
const ORDINARY = { brightest: 1.5, scenes: 8 };

/** An ordinary poor image of drawn filaments `[256, 256]`: a heap of them, far brighter than all others, is more than a network has learned. */
function exampleImage(inputs: Drawn, scale: number, seed: number): Plane {
  const stream = random(seed).fork("package");
  let best: { readonly image: Plane; readonly brightest: number } | undefined;
  for (let scene = 0; scene < ORDINARY.scenes && !(best && best.brightest <= ORDINARY.brightest); scene++) {
    const image = cameraImage(inputs, scale, stream.fork(scene));
    const brightest = unitPlane(image).data.reduce((a, b) => Math.max(a, b));
    if (!best || brightest < best.brightest) best = { image, brightest };
  }
  return best!.image;
}

/** What images are drawn by. */
type Drawn = Pick<SuperResolveInputs, "recipe" | "degradation">;

/** A poor image in whole grey levels, as densely filled as the patches of the run. */
function cameraImage({ recipe, degradation }: Drawn, scale: number, stream: Random): Plane {
  const edge = SUPER_RESOLVER_EXPORT_PX * scale;
  // Filaments grow with the field: as many more as the field is wider, not larger, fill it alike.
  const perPatch = (recipe.filaments.perPatch * edge) / recipe.generator.patchPx;
  const drawn = drawFilaments({ ...recipe.filaments, perPatch }, edge, stream.fork("filaments"));
  const sharp = unitPlane(drawn); // as bright as the fields of the run: a dim one has more noise than any of them
  const poor = poorPartner(sharp, degradation, stream.fork("degrade"));
  const { black, white } = CAMERA;
  return { ...poor, data: poor.data.map((value) => Math.max(0, Math.round(black + (white - black) * value))) };
}

/** How much further than its input a result may reach. More is no restoration: networks without normalisation can run away. */
const RUNAWAY = 3;

/**
 * What `fantascope predict` computes of an image on the unit scale.
 *
 * @throws {@link SessionError} when the network runs away: so it can on the images of others, and it does not belong into their hands
 */
async function resolved(network: TrainedNetwork, image: Plane): Promise<Plane> {
  const resolver = await openSuperResolver([network]);
  const largest = ({ data }: Plane) => data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  try {
    const result = await resolver.resolve(image);
    if (largest(result) <= RUNAWAY * largest(image)) return result;
    throw new SessionError({
      where: "test output of the package",
      expected: `values of at most ${RUNAWAY} times the largest of the test input, ${largest(image).toPrecision(2)}`,
      received: largest(result).toPrecision(2),
      fix: "This model cannot be relied on with images other than its own. Export another arm or seed, or train longer.",
    });
  } finally {
    await resolver.release();
  }
}

/** Input and result side by side, on one grey scale: their top left, where a pixel of the result is a pixel of the picture. */
function cover(image: Plane, result: Plane, scale: number): Uint8Array {
  const edge = SUPER_RESOLVER_EXPORT_PX;
  const part = (plane: Plane, size: number) => partOf(plane, { top: 0, left: 0, height: size, width: size });
  const input = resizePlane(part(image, edge / scale), edge, edge, { method: "nearest" });
  return rgbPng(sheet([input, part(result, edge)], { columns: 2, gap: 0, contrast: { black: 0, white: 1 } }));
}
