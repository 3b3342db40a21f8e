/** What a plan would cost, with whatever steps it came to. */
interface Cost {
  readonly minutes: number;
}

/**
 * The most work that fits: all trainings are shortened by one factor until the expected time does, never above their full length.
 *
 * @param cost what a factor on the full steps comes to; each training keeps a floor of its own
 * @param suffers what less than half of the full training does to the result, as the end of a sentence
 */
export function withinMinutes<T extends Cost>(
  minutes: number,
  cost: (scale: number) => T,
  suffers: string,
): { readonly found: T; readonly warnings: string[] } {
  let scale = 1;
  while (scale > 0.02 && cost(scale).minutes > minutes) scale *= 0.97;
  const found = cost(scale);
  const warnings: string[] = [];
  if (found.minutes > minutes * 1.05)
    warnings.push(
      `This machine needs about ${Math.ceil(found.minutes)} minutes for the shortest sensible training of all arms; ${minutes} were asked for.`,
    );
  if (scale < 0.5) warnings.push(`The minutes allow less than half of the full training; ${suffers}`);
  return { found, warnings };
}

/** Steps of a training at a factor, in tens, not below a floor. */
export function scaledSteps(full: number, fewest: number, scale: number): number {
  return Math.max(fewest, Math.round((full * scale) / 10) * 10);
}
