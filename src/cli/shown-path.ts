import { relative } from "node:path";

/** Path as the user would type it here: relative when it lies below the current folder. */
export function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below === "" ? "." : below.startsWith("..") ? path : below;
}
