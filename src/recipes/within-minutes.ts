/** What a plan would cost, with whatever steps it came to. */
interface Cost {
  readonly minutes: number;
}

/**
 * The most work that fits: all trainings are shortened by one factor until the expected time does, never above their full length. Steps that the
 * recipe itself says stay as they are.
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
  const isShortened = found.minutes < cost(1).minutes; // not where the recipe says all steps itself
  const warnings: string[] = [];
  if (found.minutes > minutes * 1.05)
    warnings.push(
      `This machine needs about ${Math.ceil(found.minutes)} minutes for ${isShortened ? "the shortest sensible training of all arms" : "the steps that the recipe asks for"}; ${minutes} were asked for.`,
    );
  if (isShortened && scale < 0.5) warnings.push(`The minutes allow less than half of the full training; ${suffers}`);
  return { found, warnings };
}

/** Steps of a training at a factor, in tens, not below a floor. */
export function scaledSteps(full: number, fewest: number, scale: number): number {
  return Math.max(fewest, Math.round((full * scale) / 10) * 10);
}
