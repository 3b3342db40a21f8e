/** What the card of a packaged model says differently from recipe to recipe, in Markdown. Its numbers stand in the record. */
export interface CardTexts {
  /** What the model does, and for which images: one or two sentences. */
  readonly purpose: string;
  /** Section that says how an image is brought to the form that the network takes. */
  readonly input: string;
  /** Section that says what comes out, and how it becomes what a user wants. */
  readonly output: string;
  /** Steps of the training. */
  readonly steps?: number;
  /** What real images were to the training of this arm, and what collections are that it never used as truth. */
  readonly uses: { readonly real: string; readonly others: string };
  /** Heading of the objects that collections are counted by, where they have some. */
  readonly objects?: string;
  /** What else is to be known of the training: paragraphs. */
  readonly training: readonly string[];
  /** Heading of the number of real images that an arm needs. */
  readonly realNeed: string;
  /** One of what scores are measured on. */
  readonly test: string;
  /** Names of the arms that stand beside this one. */
  readonly baselines: readonly string[];
  /** What the metrics mean, where names do not say it. */
  readonly metrics: string;
  /** For the arm that the run recommends: whoever chooses by a score believes it too readily. */
  readonly chosen: string;
  /** How to validate the model on other images. */
  readonly again: string;
  /** What the model cannot do; warnings of the run are added. */
  readonly limits: readonly string[];
  /** What test input, test output and cover show. */
  readonly testPair: string;
}
