import type { Arm } from "../recipe-kind.ts";

/** Where an arm's training pairs come from. `measured` pairs were recorded twice; all others are sharp images, degraded by computation. */
export type PairSource = "measured" | "real" | "mathematical" | "generated";

/** One way of making pairs, and with them a model. */
export interface SuperResolveArm extends Arm {
  /** Equal shares of these make the training pairs; empty for a classical method. */
  readonly sources: readonly PairSource[];
}

/**
 * Arms of the recipe `super-resolve`.
 *
 * @param learned real fields that may be learned from
 * @param arePaired whether they were recorded twice, so that real pairs exist
 */
export function superResolveArms(learned: number, arePaired: boolean): SuperResolveArm[] {
  const fields = `${learned} real ${learned === 1 ? "field" : "fields"}`;
  const experimental: SuperResolveArm = {
    name: "experimental",
    title: arePaired ? `${learned} real pairs` : `${learned} real fields`,
    training: arePaired
      ? `${fields}, recorded poor and sharp`
      : `${fields}, with poor partners by simulated degradation`,
    role: "real",
    annotatedImages: learned,
    sources: [arePaired ? "measured" : "real"],
  };
  const degraded: SuperResolveArm = {
    name: "experimental-degraded",
    title: "Real, degraded",
    training: `the sharp images of ${fields}, with poor partners by simulated degradation`,
    role: "real",
    annotatedImages: learned,
    sources: ["real"],
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
      training: `images of a diffusion model that saw ${fields}, with poor partners by simulated degradation`,
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
