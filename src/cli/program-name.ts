import { fileURLToPath } from "node:url";
import { shownPath } from "./shown-path.ts";

/** How this program is called here, so that printed commands can be copied: `fantascope`, or the launcher of a clone. */
export function programName(): string {
  if (!import.meta.url.endsWith(".ts")) return "fantascope";
  return `node ${shownPath(fileURLToPath(new URL("../../scripts/fantascope.mjs", import.meta.url)))}`;
}
