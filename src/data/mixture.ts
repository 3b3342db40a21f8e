import { createHash } from "node:crypto";
import type { Dataset } from "./dataset.ts";

/**
 * Equal shares of several data sets: a random index falls on each of them equally often, whatever their lengths.
 */
export function mixture(name: string, parts: readonly Dataset[]): Dataset {
  if (parts.length === 1) return parts[0]!;
  const longest = Math.max(...parts.map((part) => part.length));
  return {
    name,
    length: parts.length * longest,
    get: (index) => {
      const part = parts[index % parts.length]!;
      return part.get(Math.floor(index / parts.length) % part.length);
    },
    async hash() {
      const whole = createHash("sha256");
      for (const part of parts) whole.update(await part.hash());
      return whole.digest("hex");
    },
  };
}
