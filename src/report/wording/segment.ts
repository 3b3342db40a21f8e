import { formatCounted } from "../format.ts";
import { html } from "../html.ts";
import { whereModels } from "./models.ts";
import type { Wording } from "./wording.ts";

/** Words for the recipe `segment`: nuclei, their labels, and what annotation would have cost. */
export const segmentWording: Wording = {
  standIn: html`<strong>Simulated stand-in data.</strong> The images called “real” on this page come from a second simulator whose settings the program was not told. The numbers show that the method works as a whole; they say nothing about any real microscope.`,
  test: { one: "test image", many: "test images" },
  realNeed: "Annotated images",
  needOf: ({ annotatedImages }) =>
    annotatedImages === 0
      ? "No image had to be annotated by hand."
      : `${formatCounted(annotatedImages, "image")} had to be annotated by hand.`,
  arms: "Arms differ in their training images alone: same network, same first weights per seed, same number of steps, same test images.",
  comparison:
    "The first thing to trust is your eye: synthetic images should look as if your microscope had taken them.",
  outlines:
    "Outlines lie inside the objects; neighbours have different colours. Look for merged neighbours, missed dim nuclei and outlines that are too wide.",
  losses: "Losses of the two opponents in a CycleGAN should hover, not fall to zero.",
  learning: {
    title: "How many labels is it worth?",
    lead: "Score against the number of real images that a person had to annotate. Where the curves meet, synthetic data no longer pays.",
  },
  data: { hasObjects: true, usedBy: "Labels used for training by", hashed: "names, pixels and labels" },
  firstStep: {
    helped: (recommended) =>
      html`<strong>Use the models of “${recommended}”</strong> for images like these: <code>fantascope predict</code> with the models in the folder <code>models/</code> of this run.`,
    "no clear difference": (recommended, arm) =>
      html`<strong>Take the simplest arm that is as good.</strong> ${arm?.role === "real" ? "Synthetic images changed too little to matter here" : html`“${recommended}” is a sound choice, and it needed no annotation`}; ${whereModels(arm)}`,
    hurt: (recommended) =>
      html`<strong>Do not train on the synthetic images of this run.</strong> Use “${recommended}”. What the sections below say of images and labels usually shows why the others failed.`,
    "cannot tell": () =>
      html`<strong>Score on more labelled real images</strong> before you decide; the verdict above says how many it takes. Until then look at predicted outlines and trust your eyes.`,
    "not scored": () =>
      html`<strong>Annotate about ten real images</strong> and give them with <code class="whole">--test FOLDER</code>: without labelled real images nobody can say whether it helped. They are used to score, never to learn.`,
  },
  onOwnImages: html`<strong>Run it on your own images:</strong> <code>fantascope run segment <span class="whole">--real FOLDER</span></code>. A few unlabelled images are enough to start; a few labelled ones, given with <code class="whole">--test</code>, tell whether it helped.`,
};
