import { readFileSync } from "node:fs";

/** Version of this package; read here so that `--help` need not load the runtime. */
export function version(): string {
  return (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string })
    .version;
}
