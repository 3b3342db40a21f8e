import { z } from "zod";
import { networkPresets } from "../../generators/cyclegan/networks.ts";
import { runFields } from "../base-recipe.ts";

/** What the vanilla generator does, whatever a recipe says of its own: the published method. */
export const VANILLA = { imageCycle: "all", brightness: "generated" } as const;

/**
 * The recipe `segment`: founding system 4 as plain data. What a user may say, its unit, its default, and what more and less of it do.
 */
export const SegmentRecipe = z
  .strictObject({
    recipe: z.literal("segment"),
    title: z.string().default("Nuclei segmentation without annotation"),
    /** Folder of real images to learn from. Labels found there are used by the `real` arms alone. Left out: the embedded stand-in microscope. */
    real: z.string().optional(),
    /** Folder of labelled real images to score on; never learned from. Left out: nothing is scored, unless `real` is the stand-in. */
    test: z.string().optional(),
    /**
     * Cross-validation, in the place of `test`: the labelled images of `real` are dealt to so many parts, whole groups together, and each part is scored by models
     * that learned from everything else. Every image is scored once; as many runs are made.
     */
    folds: z.int().min(2).max(50).optional(),
    ...runFields,
    simulate: z
      .strictObject({
        /** Image–label pairs per seed. */
        pairs: z.int().min(8).max(100_000).default(500),
        /** Nuclei per area, relative to what was found in the real images. Other than 1 breeds a hidden signal on purpose. */
        densityFactor: z.number().min(0.1).max(5).default(1),
      })
      .prefault({}),
    generator: z
      .strictObject({
        /** `none` trains no generator: the simulator's images alone, in a quarter of the time. The other fields of the generator then say nothing. */
        kind: z.enum(["cyclegan", "none"]).default("cyclegan"),
        /** Sizes of the networks: `compact` for minutes on a laptop, `resnet6` and `resnet9` as published. */
        networks: z.enum(Object.keys(networkPresets) as [keyof typeof networkPresets]).default("compact"),
        /** Fraction of DCT coefficients per axis that reach the inverse generator. 1 is the vanilla method; below 0.2 boundaries blur away. */
        lowPass: z.number().min(0.1).max(1).default(0.3),
        /** Training steps; left out: 2000, or fewer when the minutes do not allow it. */
        steps: z.int().min(10).max(10_000_000).optional(),
        /** Weight of the frozen simulation-trained segmenter in the loss; 0 leaves it out, 2 cures a hidden signal. */
        consistencyWeight: z.number().min(0).max(100).default(0),
        /**
         * What the cycle asks of generated images: that the inverse generator reads all of the mask there, as published, or only where nuclei are. `all` makes
         * dark lines between nuclei that touch.
         */
        imageCycle: z.enum(["all", "foreground"]).default("all"),
        /**
         * Whose coarse brightness generated images have: the generator's, as published, which makes all nuclei of an image about equally bright, or that of the
         * simulator's image of the same mask, on which the generator's detail is laid.
         */
        brightness: z.enum(["generated", "simulated"]).default("generated"),
        /** Whether the first steps also compare with the simulator's image, which settles that nuclei are bright. False is the published method. */
        warmStart: z.boolean().default(true),
        /** Whether outlines of cycled masks move to half maximum in the generated image. False is the published method. */
        refineEdges: z.boolean().default(true),
        /** Adds the arms of the vanilla CycleGAN to compare with, and beside a frozen segmenter those of the low-pass alone. */
        compareVanilla: z.boolean().default(true),
      })
      .superRefine((generator, { addIssue }) => {
        if (generator.lowPass < 1 || generator.consistencyWeight > 0) return;
        for (const [field, published] of Object.entries(VANILLA))
          if (generator[field as keyof typeof VANILLA] !== published)
            addIssue({
              code: "custom",
              path: [field],
              message: `expected ${published} for the vanilla generator, which is what lowPass 1 and consistencyWeight 0 ask for`,
            });
      })
      .prefault({}),
    segmenter: z
      .strictObject({
        /** Training steps of every arm; left out: 600, or fewer when the minutes do not allow it. */
        steps: z.int().min(10).max(10_000_000).optional(),
        /** Whether outlines that are scored move to half maximum in the image, those of every arm alike. False scores what the networks draw, as published. */
        refineEdges: z.boolean().default(true),
      })
      .prefault({}),
    /** True objects below this area do not count when scoring; in pixels of the test images. Say so when it is not 0. */
    ignoreObjectsBelowPx: z.int().min(0).max(1000).default(0),
    /** Numbers of real labelled images for the curve of score against labelling effort; `all` is added by itself. Empty: no curve. */
    labelledImages: z.array(z.int().min(1)).default([2, 5, 10]),
    audit: z
      .strictObject({
        /** What happens to a generated image whose label is doubted by the witnesses. */
        onDoubt: z.enum(["keep", "reject"]).default("keep"),
      })
      .prefault({}),
  })
  .superRefine(({ folds, test }, { addIssue }) => {
    if (folds !== undefined && test !== undefined)
      addIssue({
        code: "custom",
        path: ["folds"],
        message: "expected either folds or test, for both say what is scored",
      });
  });

export type SegmentRecipe = z.infer<typeof SegmentRecipe>;
