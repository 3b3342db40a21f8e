import { CANONICAL_DIAMETER_PX } from "../../data/canonical.ts";
import { EXPORT_PX } from "../../tasks/segment/export.ts";
import type { CardTexts } from "../card-texts.ts";
import type { RunRecord } from "../record.ts";

/** What the card of a packaged segmenter says. */
export function segmentCardTexts(recipe: RunRecord["recipe"]): CardTexts {
  const steps = (recipe.segmenter as { steps?: unknown } | undefined)?.steps;
  return {
    purpose:
      "Finds nuclei in fluorescence images: bright nuclei on a dark background, one channel, two dimensions. A U-Net predicts three maps, from which one label per nucleus is cut.",
    input: INPUT,
    output: OUTPUT,
    ...(typeof steps === "number" ? { steps } : {}),
    uses: { real: "trained on as many as said above", others: "seen without labels" },
    objects: "nuclei in their labels",
    training: [],
    realNeed: "images annotated",
    test: "test image",
    baselines: ["classical", "real-all"],
    metrics: "*matchAccuracy* is TP / (TP + FP + FN), one to one, averaged over IoU 0.50, 0.55 … 0.95.",
    chosen:
      "The run recommends this arm because its score on these test images was the highest of all arms that need no annotation; a score that was chosen so is likely to be a little too high.",
    again:
      "To validate it on your own images, label some that it has not seen, and compare its labels with yours one to one at an IoU of 0.5; `fantascope run segment --real DIR --test DIR` does this with intervals, beside the same baselines.",
    limits: [
      "Bright nuclei on a dark background only: one channel, two dimensions. Where Otsu's threshold finds nothing, there is no canonical form to begin with.",
      `The input is fixed to ${EXPORT_PX} × ${EXPORT_PX} px in canonical form. Grey values that are not brought to it give wrong maps without any warning.`,
      "Nuclei that overlap in projection were drawn side by side, and come out so.",
      "The scores hold for images like the test images, and for nothing else. Not for diagnosis.",
    ],
    testPair:
      "The test input is simulated: a scene drawn new from the simulator that was calibrated on the run's images. It is none of these images, and no part of one. The test output is what the network gave before it was exported, and what ONNX Runtime gives for the exported file. The cover shows the same scene, and the outlines of the nuclei that were found in it.",
  };
}

const INPUT = `## Input: the canonical form

One channel of ${EXPORT_PX} × ${EXPORT_PX} px, float32, \`[1, 1, ${EXPORT_PX}, ${EXPORT_PX}]\`: nuclei about ${CANONICAL_DIAMETER_PX} px across, background 0.1, typical nucleus 0.55, brought to -1…1. For each image by itself, and without labels:

1. Segment it roughly: Otsu's threshold, then a watershed on the distance. Let \`d\` be the area-weighted median diameter of the objects in pixels, \`n\` the median grey level inside them, \`b\` the median grey level outside.
2. Resize the image by \`${CANONICAL_DIAMETER_PX} / d\`, kept within 0.35 to 1.8: averaging areas to shrink, bilinear to enlarge.
3. \`v = clip(0.1 + 0.45 * (grey - b) / (n - b), 0, 1)\`
4. The network takes \`2 * v - 1\`.

Larger images go through it in tiles that overlap by 32 px or more, blended linearly; smaller ones are padded by mirroring.`;

const OUTPUT = `## Output: from maps to nuclei

\`[1, 3, H, W]\`, each 0…1: *foreground* (inside a nucleus), *border* (where two nuclei touch), *distance* (to the nearest pixel outside the nucleus, over its largest value there). Resize the maps to the image's own pixels, bilinear; then

1. cores are pixels where foreground > 0.5, distance > 0.5 and border < 0.5, 8-connected; a piece of foreground without any core is one core;
2. a watershed on \`-distance\`, from the cores, within foreground > 0.5 gives one label per nucleus;
3. each outline is moved to where its nucleus falls to half its brightness, and specks below 6 % of the area of a typical nucleus are dropped.

\`fantascope predict\` does all of this, from any image to labels, with the weights (.safetensors) that the run keeps beside this model.`;
