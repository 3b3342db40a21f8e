import type { Arm } from "../scored-arm.ts";

/**
 * Where an arm's training pairs come from. `measured` pairs were recorded twice; all others are sharp images, degraded by computation: those of
 * the `paired` fields, all `sharp` ones that the generator saw, drawn or generated ones.
 */
export type PairSource = "measured" | "paired" | "sharp" | "mathematical" | "generated";

/** One way of making pairs, and with them a model. */
export interface SuperResolveArm extends Arm {
  /** Equal shares of these make the training pairs; empty for a classical method. */
  readonly sources: readonly PairSource[];
}

/** What there is to learn from. */
export interface Learnable {
  /** Real sharp fields that the generator sees. */
  readonly learned: number;
  /** Those of them that make pairs. */
  readonly paired: number;
  /** Whether these were recorded twice, so that real pairs exist. */
  readonly arePaired: boolean;
}

/** Arms of the recipe `super-resolve`. */
export function superResolveArms({ learned, paired, arePaired }: Learnable): SuperResolveArm[] {
  const fields = count(paired);
  const experimental: SuperResolveArm = {
    name: "experimental",
    title: arePaired ? `${paired} real pairs` : `${paired} real fields`,
    training: arePaired
      ? `${fields}, recorded poor and sharp`
      : `${fields}, with poor partners by simulated degradation`,
    role: "real",
    annotatedImages: paired,
    sources: [arePaired ? "measured" : "paired"],
  };
  const degraded: SuperResolveArm = {
    name: "experimental-degraded",
    title: `${paired} real, degraded`,
    training: `the sharp images of ${fields}, with poor partners by simulated degradation`,
    role: "real",
    annotatedImages: paired,
    sources: ["paired"],
  };
  const allSharp: SuperResolveArm = {
    name: "all-sharp-degraded",
    title: `All ${learned} sharp, degraded`,
    training: `${count(learned)}, the sharp images that the generator saw, with poor partners by simulated degradation`,
    role: "real",
    annotatedImages: learned,
    sources: ["sharp"],
  };
  return [
    {
      name: "input",
      title: "Input, enlarged",
      training: "no restoration: the poor image on the grid of the sharp one",
      role: "classical",
      annotatedImages: 0,
      sources: [],
    },
    {
      name: "wiener",
      title: "Wiener filter",
      training: "no learning: deconvolution with the fitted blur and noise",
      role: "classical",
      annotatedImages: 0,
      sources: [],
    },
    {
      name: "richardson-lucy",
      title: "Richardson–Lucy",
      training: "no learning: iterative deconvolution with the fitted blur",
      role: "classical",
      annotatedImages: 0,
      sources: [],
    },
    experimental,
    ...(arePaired ? [degraded] : []),
    ...(paired < learned ? [allSharp] : []),
    {
      name: "mathematical",
      title: "Mathematical model",
      training: "drawn filaments, with poor partners by simulated degradation",
      role: "simulated",
      annotatedImages: 0,
      sources: ["mathematical"],
    },
    {
      name: "generated",
      title: "Generated",
      training: `images of a diffusion model that saw ${count(learned)}, with poor partners by simulated degradation`,
      role: "generated",
      annotatedImages: learned,
      sources: ["generated"],
    },
    {
      name: "combined",
      title: "Generated + experimental",
      training: `half generated images, half ${fields}`,
      role: "combined",
      annotatedImages: learned,
      sources: ["generated", experimental.sources[0]!],
    },
  ];
}

function count(fields: number): string {
  return `${fields} real ${fields === 1 ? "field" : "fields"}`;
}
