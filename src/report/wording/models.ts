import type { ArmRecord } from "../../recipes/record.ts";
import { type Html, html } from "../html.ts";

/** Where the models of an arm are; a classical method has none. */
export function whereModels(arm: ArmRecord | undefined): Html {
  return arm?.role === "classical"
    ? html`it is a classical method and needs no model.`
    : html`its models are in the folder <code>models/</code> of this run.`;
}
