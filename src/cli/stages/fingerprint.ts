import { createHash } from "node:crypto";

/** Short hash of plain data or bytes: two pieces of work with the same one give the same result. */
export function fingerprint(...parts: readonly unknown[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part instanceof Uint8Array ? part : `${JSON.stringify(part)}\n`);
  return hash.digest("hex").slice(0, 16);
}
