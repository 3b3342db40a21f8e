import { DataError } from "../core/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { findLeaks } from "../data/leak.ts";

/**
 * Stops a run whose test images are among the images to learn from.
 *
 * @throws {@link DataError} naming them
 */
export async function refuseLeaks(real: Dataset, test: Dataset): Promise<void> {
  const leaks = await findLeaks(real, test);
  if (leaks.length === 0) return;
  throw new DataError({
    where: test.name,
    expected: "test images that are not among the images to learn from",
    received: `${leaks.length} that are: ${leaks
      .slice(0, 3)
      .map(({ a, b }) => `${b} (like ${a})`)
      .join(", ")}`,
    fix: "Take them out of one of the folders; a score on images that were learned from says nothing.",
  });
}
