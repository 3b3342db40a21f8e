import type { ArmRecord, RunRecord } from "../../recipes/record.ts";
import type { Html } from "../html.ts";

type Outcome = RunRecord["verdict"]["outcome"];

/**
 * What a page says differently from recipe to recipe. Sections ask here and never for the name of a recipe, so a page on microtubules does
 * not speak of labels.
 */
export interface Wording {
  /** Above everything else, when what a run calls real was made by a simulator. */
  readonly standIn: Html;
  /** One of what scores are measured on, and several. */
  readonly test: { readonly one: string; readonly many: string };
  /** Heading of the column that says how much real data an arm needs. */
  readonly realNeed: string;
  /** The same of one arm, as a sentence. */
  needOf(arm: ArmRecord): string;
  /** What a reader should know about how the recommended arm was chosen. */
  readonly chosenBy?: string;
  /** How arms are to be compared. */
  readonly arms: string;
  /** Under pictures of real and synthetic images. */
  readonly comparison: string;
  /** Under test images with what a model found in them. */
  readonly outlines: string;
  /** How the losses of a training should look. */
  readonly losses: string;
  readonly learning: { readonly title: string; readonly lead: string };
  readonly data: {
    /** Whether collections have objects to count. */
    readonly hasObjects: boolean;
    readonly usedBy: string;
    /** What a content hash is made from. */
    readonly hashed: string;
  };
  /** What to do first, by outcome; of the recommended arm, where the record has it. */
  readonly firstStep: Readonly<Record<Outcome, (recommended: string, arm: ArmRecord | undefined) => Html>>;
  /** What to do after a run on stand-in images. */
  readonly onOwnImages: Html;
}
