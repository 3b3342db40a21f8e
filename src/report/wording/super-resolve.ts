import { formatCounted } from "../format.ts";
import { html } from "../html.ts";
import { whereModels } from "./models.ts";
import type { Wording } from "./wording.ts";

/** Words for the recipe `super-resolve`: fields recorded poor and sharp, and images that stand in for more of them. */
export const superResolveWording: Wording = {
  standIn: html`<strong>Simulated stand-in data.</strong> The images called “real” on this page, poor and sharp, come from a second simulator whose settings the program was not told. The numbers show that the method works as a whole; they say nothing about any real microscope.`,
  test: { one: "test field", many: "test fields" },
  realNeed: "Real fields",
  needOf: ({ annotatedImages, role }) => {
    if (role === "classical") return "Nothing was trained.";
    return annotatedImages === 0
      ? "No real image was needed for it."
      : `${formatCounted(annotatedImages, "real field")} went into it.`;
  },
  chosenBy: "Chosen by its score on these very fields, which is therefore likely to be a little too high.",
  arms: "Arms differ in their training pairs alone: same network, same first weights per seed, same number of steps, same test fields. Fields cut from one image resemble each other: with few images, intervals are narrower than those of new images would be.",
  comparison:
    "The first thing to trust is your eye: generated images should look as if your microscope had taken them in its sharp mode.",
  outlines: "Look for structure that the models leave out, add or join.",
  losses:
    "The loss of a diffusion model falls fast and then hovers: it is the error of guessing noise, which nobody can guess. Samples go on improving.",
  learning: {
    title: "How many real fields is it worth?",
    lead: "Score against the number of real fields that were learned from. Where the curves meet, synthetic data no longer pays.",
  },
  data: { hasObjects: false, usedBy: "Learned from by", hashed: "names and pixels" },
  firstStep: {
    helped: (recommended, arm) =>
      html`<strong>Use “${recommended}”</strong> for images like these, taken and scaled the same way: ${whereModels(arm)}`,
    "no clear difference": (recommended, arm) =>
      html`<strong>Take the simplest arm that is as good.</strong> Generated images changed too little to matter here. “${recommended}” scored highest; ${whereModels(arm)}`,
    hurt: (recommended, arm) =>
      html`<strong>Do not train on the generated images of this run.</strong> Use “${recommended}”; ${whereModels(arm)} The sections on realism and on copies usually show what is wrong with them.`,
    "cannot tell": () =>
      html`<strong>Score on more real fields</strong> before you decide; the verdict above says how many it takes. Until then look at the reconstructions and line profiles below.`,
    "not scored": () =>
      html`<strong>Record about ten fields twice,</strong> poor and sharp, and give them with <code class="whole">--test FOLDER</code>: without a truth nobody can say whether it helped. They are used to score, never to learn.`,
  },
  onOwnImages: html`<strong>Run it on your own images:</strong> <code>fantascope run super-resolve <span class="whole">--real FOLDER</span></code>. A few sharp images are enough to start; with poor partners in <code>low/</code> beside <code>high/</code>, blur and noise are learned from them too.`,
};
