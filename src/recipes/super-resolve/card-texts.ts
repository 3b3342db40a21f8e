import { UNIT_PERCENTILES } from "../../data/unit-plane.ts";
import { SUPER_RESOLVER_EXPORT_PX, SUPER_RESOLVER_HALO_PX } from "../../tasks/super-resolve/export.ts";
import { type SuperResolverConfig, sideMultiple } from "../../tasks/super-resolve/network.ts";
import type { CardTexts } from "../card-texts.ts";
import type { ExportableModel } from "../exportable-model.ts";
import type { RunRecord } from "../record.ts";
import { degradationText } from "./describe-plan.ts";
import type { SuperResolveInputs } from "./jobs/context.ts";

/** What the card of a packaged super-resolver says. */
export function superResolveCardTexts(
  record: Pick<RunRecord, "recipe" | "probes" | "novelty">,
  inputs: Pick<SuperResolveInputs, "degradation" | "plan">,
  { arm, seed }: Pick<ExportableModel, "arm" | "seed">,
  config: SuperResolverConfig,
): CardTexts {
  const { scale, network } = config;
  const edge = SUPER_RESOLVER_EXPORT_PX;
  const steps = (record.recipe.superResolver as { steps?: unknown } | undefined)?.steps;
  const grid = scale === 1 ? "on the grid of the image" : `on a grid ${scale} times as fine along each side`;
  const kind = { care: "the U-Net of CARE", gated: "a small gated U-Net" }[network.kind];
  return {
    purpose: `Takes blur and noise out of fluorescence images, ${grid}: one channel, two dimensions. The network is ${kind}. What it adds is a guess that its training images made likely, not a measurement.`,
    input: inputSection(config),
    output: outputSection(config),
    ...(typeof steps === "number" ? { steps } : {}),
    uses: {
      real:
        {
          generated: "the generator learned from as many as said above",
          combined: "trained on as many as said above, of which the generator learned too",
        }[arm.role as string] ?? "trained on as many as said above",
      others:
        inputs.degradation.kind === "physical" && inputs.degradation.each.length > 0
          ? "blur and noise were fitted to its pairs"
          : "not learned from",
    },
    training: [poorImages(inputs, arm)],
    realNeed: "real fields",
    test: "test field",
    baselines: ["input", "wiener", "richardson-lucy", "experimental"],
    metrics:
      "Before every result is compared with its sharp image, it gets the gain and offset that fit best, since neither says what its grey levels mean. *PSNR* and *SSIM* take the percentiles 1 and 99.9 of the sharp image as their data range, *NRMSE* is the error over the size of the truth (lower is better), and *FRC cut-off* is the spatial frequency up to which both agree, as a share of Nyquist's, at the threshold 1/7.",
    chosen:
      "The run recommends this arm because its PSNR on these test fields was the highest of all arms; a score that was chosen so is likely to be a little too high.",
    again:
      "To validate it on your own images, record some fields twice, poor and sharp, that it has not seen; `fantascope run super-resolve --real DIR --test DIR` scores them with intervals, beside the same baselines. Without sharp partners, compare several seeds with `fantascope predict`: where they disagree, do not believe them.",
    limits: [
      "It draws what its training images make likely, also where the image does not tell. Do not measure, count or conclude on structure that the poor image does not support.",
      ...invented(record, arm, seed),
      `Fluorescence, one channel, two dimensions; images with pixels, blur and noise like those it was trained on. The input is fixed to ${edge} × ${edge} px.`,
      "Spots much brighter than the percentile 99.9 of their image lie beyond what it has learned: do not believe what it draws there.",
      "Percentiles are those of the image that is given: an image with much more or less of its area filled gets another grey scale.",
      "The scores hold for images like the test fields, and for nothing else. Not for diagnosis.",
    ],
    testPair:
      "The test input is simulated: filaments drawn new by the run's mathematical model, with the blur and noise that the run gives its poor images, in the grey levels of an imagined camera. It is no real image and no generated one, and shows your kind of specimen only if that is made of filaments. The test output is what the network gave before it was exported, and what ONNX Runtime gives for the exported file. The cover shows this input, and beside it what the model made of it, on one grey scale.",
  };
}

function inputSection(config: SuperResolverConfig): string {
  const { low, high } = UNIT_PERCENTILES;
  const edge = SUPER_RESOLVER_EXPORT_PX;
  return `## Input: grey levels, brought to 0…1 by percentiles

One channel of ${edge} × ${edge} px, float32, \`[1, 1, ${edge}, ${edge}]\`, bright structure on a dark background. Of several channels take the one with the most light. \`rdf.yaml\` says, and programs that follow it do by themselves:

1. Let \`b\` be the percentile ${low} and \`w\` the percentile ${high} of all pixels of the whole image, not of a tile.
2. The network takes \`(grey - b) / (w - b)\`, not clipped.

The file is fixed to ${edge} × ${edge} px. Larger images go through it in tiles that overlap by ${2 * SUPER_RESOLVER_HALO_PX} px: ${SUPER_RESOLVER_HALO_PX} px at each inner edge of a tile (the halo) are not to be used. Smaller ones are padded by mirroring. The network itself takes any sides that are multiples of ${sideMultiple(config)} px; \`fantascope predict\` uses that, and takes images of any size.`;
}

function outputSection({ scale }: SuperResolverConfig): string {
  const edge = SUPER_RESOLVER_EXPORT_PX * scale;
  const size =
    scale === 1
      ? "pixel for pixel the same field"
      : `the same field with ${scale} times as many pixels along each side, each of 1/${scale} the edge; the outer borders of both images coincide`;
  return `## Output: the same scale

\`[1, 1, ${edge}, ${edge}]\`: ${size}. Values are on the scale of step 2 and may lie a little below 0 or above 1. \`value * (w - b) + b\` brings them back to the grey levels of the image, which \`rdf.yaml\` has no words for.

\`fantascope predict\` does all of this, from any image to an OME-TIFF in its own grey levels, with the weights (.safetensors) that the run keeps beside this model.`;
}

/** Where the poor images of an arm's training came from. */
function poorImages(
  { degradation, plan }: Pick<SuperResolveInputs, "degradation" | "plan">,
  arm: { name: string },
): string {
  const sources = plan.arms.find(({ name }) => name === arm.name)?.sources ?? [];
  const measured = sources.filter((source) => source === "measured").length;
  if (measured > 0 && measured === sources.length) return "Poor images and sharp ones were recorded, none computed.";
  const which = measured > 0 ? "Poor images that were not recorded were" : "The poor images were not recorded but";
  return `${which} computed from sharp ones: ${degradationText(degradation)}.`;
}

/** What the run found out about structure that comes from nowhere. */
function invented(
  { probes, novelty }: Pick<RunRecord, "probes" | "novelty">,
  { name, role }: ExportableModel["arm"],
  seed: number,
): string[] {
  const probe = probes.find(({ arm }) => arm === name);
  const audit = novelty.find(({ generator }) => generator.endsWith(`(seed ${seed})`));
  return [
    ...(probe ? [`On blank fields, first seed: ${probe.sentence}`] : []),
    ...(audit && (role === "generated" || role === "combined")
      ? [`Of the generated images it was trained on: ${audit.sentence}`]
      : []),
  ];
}
