import type { BrightnessSource, ImageCycle } from "../../generators/cyclegan/index.ts";
import type { Arm } from "../scored-arm.ts";
import { type SegmentRecipe, VANILLA } from "./recipe.ts";

/** Where an arm's training pairs come from. */
export type TrainingSource =
  | { readonly kind: "simulated" }
  | { readonly kind: "generated"; readonly generator: string; readonly labels: "input" | "cycled" }
  | { readonly kind: "real"; readonly images: number };

/** One way of making the labelled set, and with it a model. */
export interface SegmentArm extends Arm {
  /** Equal shares of these make the training set; empty for a classical method. */
  readonly sources: readonly TrainingSource[];
}

/** A generator to be trained: the recipe's, and the vanilla one beside it. */
export interface GeneratorVariant {
  readonly name: "vanilla" | "dct" | "guarded";
  readonly lowPass: number;
  readonly consistencyWeight: number;
  readonly imageCycle: ImageCycle;
  readonly brightness: BrightnessSource;
}

/**
 * Generators that a recipe trains: its own, last, and before it what it is compared with: the vanilla one, and where the recipe has both a
 * low-pass and a frozen segmenter the low-pass alone, so that each remedy is seen by itself.
 */
export function generatorVariants({ generator }: SegmentRecipe): GeneratorVariant[] {
  const { kind, lowPass, consistencyWeight, imageCycle, brightness, compareVanilla } = generator;
  if (kind === "none") return [];
  const vanilla: GeneratorVariant = { name: "vanilla", lowPass: 1, consistencyWeight: 0, ...VANILLA };
  const dct: GeneratorVariant = { name: "dct", lowPass, consistencyWeight: 0, imageCycle, brightness };
  const guarded: GeneratorVariant = { name: "guarded", lowPass, consistencyWeight, imageCycle, brightness };
  const remedies = [...(lowPass < 1 ? [dct] : []), ...(consistencyWeight > 0 ? [guarded] : [])];
  const own = remedies.at(-1) ?? vanilla;
  return compareVanilla && own !== vanilla ? [vanilla, ...remedies] : [own];
}

/**
 * Arms of the recipe `segment`: classical, simulated, generated with input or cycled labels, both together, and real labels.
 *
 * @param labelled real training images that carry labels; 0 leaves the real arms out
 */
export function segmentArms(recipe: SegmentRecipe, labelled: number): SegmentArm[] {
  const variants = generatorVariants(recipe);
  const own = variants.at(-1);
  const cycled: TrainingSource[] = own ? [{ kind: "generated", generator: own.name, labels: "cycled" }] : [];
  const combined: SegmentArm[] = own
    ? [
        {
          name: "combined",
          title: "Simulation + generated",
          training: `half pairs from the simulator, half from the ${own.name} generator with cycled masks`,
          role: "combined",
          annotatedImages: 0,
          sources: [{ kind: "simulated" }, ...cycled],
        },
      ]
    : [];
  const arms: SegmentArm[] = [
    {
      name: "classical",
      title: "Otsu + watershed",
      training: `no learning: threshold, distance watershed${recipe.segmenter.refineEdges ? ", half-maximum edges" : ""}`,
      role: "classical",
      annotatedImages: 0,
      sources: [],
    },
    {
      name: "simulated",
      title: "Simulation only",
      training: "pairs from the calibrated simulator",
      role: "simulated",
      annotatedImages: 0,
      sources: [{ kind: "simulated" }],
    },
    ...variants.flatMap((variant) => (["input", "cycled"] as const).map((labels) => generatedArm(variant, labels))),
    ...combined,
  ];
  if (labelled > 0) {
    const counts = recipe.labelledImages.filter((count) => count < labelled);
    for (const images of counts)
      arms.push(realArm(images, labelled), {
        name: `real-${images}+synthetic`,
        title: `${images} labelled + synthetic`,
        training: own
          ? `${images} labelled real images, simulated and generated pairs, a third each`
          : `${images} labelled real images and simulated pairs, half each`,
        role: "combined",
        annotatedImages: images,
        sources: [{ kind: "real", images }, { kind: "simulated" }, ...cycled],
      });
    arms.push(realArm(labelled, labelled));
  }
  return arms;
}

/** The arm whose data are all that a recipe makes: what a user takes home. */
export function madeArm(recipe: SegmentRecipe): "combined" | "simulated" {
  return generatorVariants(recipe).length > 0 ? "combined" : "simulated";
}

/** How a variant is called in titles: `Vanilla`, `Low-pass`, `Guarded`. */
export function variantTitle(name: GeneratorVariant["name"]): string {
  return { vanilla: "Vanilla", dct: "Low-pass", guarded: "Guarded" }[name];
}

function generatedArm(variant: GeneratorVariant, labels: "input" | "cycled"): SegmentArm {
  const method = [
    variant.lowPass < 1 ? `low-pass ${variant.lowPass}` : "vanilla CycleGAN",
    ...(variant.imageCycle === "foreground" ? ["asked for the foreground alone"] : []),
    ...(variant.brightness === "simulated" ? ["coarse brightness from the simulator"] : []),
    ...(variant.consistencyWeight > 0 ? ["frozen segmenter in the loss"] : []),
  ].join(", ");
  return {
    name: `${variant.name}-${labels}`,
    title: `${variantTitle(variant.name)}, ${labels} mask`,
    training: `generated images (${method}) with the ${labels} mask as label`,
    role: "generated",
    annotatedImages: 0,
    sources: [{ kind: "generated", generator: variant.name, labels }],
  };
}

function realArm(images: number, labelled: number): SegmentArm {
  return {
    name: images === labelled ? "real-all" : `real-${images}`,
    title: images === labelled ? `All ${images} real labels` : `${images} real labels`,
    training: `${images} labelled real images`,
    role: "real",
    annotatedImages: images,
    sources: [{ kind: "real", images }],
  };
}
