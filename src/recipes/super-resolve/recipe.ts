import { z } from "zod";
import { samplers } from "../../generators/diffusion/samplers/index.ts";
import { runFields } from "../base-recipe.ts";

/** Edges of the patches that a diffusion preset exists for. */
export const PATCH_EDGES = [64, 96, 128] as const;

/**
 * The recipe `super-resolve`: founding system 3 as plain data. What a user may say, its unit, its default, and what more and less of it do.
 */
export const SuperResolveRecipe = z.strictObject({
  recipe: z.literal("super-resolve"),
  title: z.string().default("Super-resolution from generated images"),
  /**
   * Folder of sharp images to learn from; with `low/` beside `high/`, pairs of a poor and a sharp image of the same field. Left out: the
   * embedded stand-in microscope.
   */
  real: z.string().optional(),
  /** Folder of images, or pairs, to score on; never learned from. Left out: the bottom of every real image is held out. */
  test: z.string().optional(),
  ...runFields,
  fields: z
    .strictObject({
      /** Larger images are cut into tiles of this edge, which then count as images; in pixels of the sharp images. */
      tilePx: z.int().min(32).max(2048).default(256),
      /** Names of the images to use, of both folders; left out: all. */
      images: z.array(z.string().min(1)).min(1).optional(),
      /** Tiles to learn from, drawn by the first seed; left out: all. What is left over serves the novelty audit alone. */
      learnFrom: z.int().min(1).optional(),
      /**
       * How many of the tiles to learn from make the pairs of the experimental arms, and the fit of the degradation; left out: all. The
       * generator needs no pairs, and sees all tiles.
       */
      paired: z.int().min(1).optional(),
      /** Share of the height of every real image, at its bottom, that is kept for scoring where no `test` is given. */
      holdOut: z.number().min(0.05).max(0.5).default(0.25),
      /** Rows between what is learned from and what is held out. */
      gapPx: z.int().min(0).max(512).default(32),
      /** Edge of a pixel of the sharp images in µm, for resolutions in nm; left out: that of the files, or resolutions in pixels. */
      pixelSizeUm: z.number().positive().optional(),
    })
    .prefault({}),
  /** Pixels of a sharp image per pixel of a poor one, along each axis. 1 keeps the grid. */
  scale: z.literal([1, 2, 4]).default(1),
  degradation: z
    .strictObject({
      /** Where poor images come from: fitted to the pairs (or, without pairs, `given`), as published for microtubules, or as the numbers below say. */
      kind: z.enum(["calibrated", "published", "given"]).default("calibrated"),
      /** Standard deviation of the Gaussian point spread function; in pixels of the sharp images. */
      blurPx: z.number().min(0).max(50).default(2),
      /** Photons in the brightest pixel: fewer give more noise. */
      peakPhotons: z.number().positive().default(50),
      /** Noise of the camera, in photons. */
      readNoise: z.number().min(0).default(2),
    })
    .prefault({}),
  /** The mathematical model: semiflexible filaments. */
  filaments: z
    .strictObject({
      /** Length over which a filament forgets its direction; in pixels of the sharp images. */
      persistencePx: z.number().positive().default(400),
      /** Filaments per patch, median; every image has its own density, up to three times more or fewer. */
      perPatch: z.number().positive().default(6),
      /** Full width at half maximum of a filament; in pixels of the sharp images. */
      widthPx: z.number().positive().default(3),
      /** Light that is no filament, from out of focus: every image has its own share of the brightest, up to this. */
      haze: z.number().min(0).max(1).default(0.3),
    })
    .prefault({}),
  generator: z
    .strictObject({
      kind: z.literal("diffusion").default("diffusion"),
      /** Edge of the patches that are learned and generated. */
      patchPx: z.literal(PATCH_EDGES).default(64),
      /** Training steps; left out: 6000, or fewer when the minutes do not allow it. */
      steps: z.int().min(10).max(10_000_000).optional(),
      /**
       * Whether it begins with what the package ships, which was trained on simulated microscopy; false begins with nothing, as published, with a larger
       * network for larger patches.
       */
      pretrained: z.boolean().default(true),
      /** Whether a fifth of the fields (of five or more) are kept from the generator, to choose its best state and to stop it when it begins to copy. */
      judge: z.boolean().default(true),
      /** Generated images per seed; the mathematical model makes as many. */
      images: z.int().min(8).max(100_000).default(300),
      /** Way from noise to image. */
      sampler: z.enum(Object.keys(samplers) as [keyof typeof samplers]).default("dpm-solver-2m"),
      /** Steps from noise to image. Samplers that add noise on the way need some hundreds, or images come out too even. */
      samplingSteps: z.int().min(2).max(1000).default(25),
    })
    .prefault({}),
  superResolver: z
    .strictObject({
      /** `care` is the published U-Net, `gated` a smaller modern one that learns more in the same time. */
      network: z.enum(["care", "gated"]).default("gated"),
      /** Training steps of every arm; left out: 1500 (3000 at a scale of 2, 6000 of 4), or fewer when the minutes do not allow it. */
      steps: z.int().min(10).max(10_000_000).optional(),
    })
    .prefault({}),
});

export type SuperResolveRecipe = z.infer<typeof SuperResolveRecipe>;
