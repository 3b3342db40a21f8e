/** Numbers and lists as sentences need them. */

/** `1 image`, `2 images`. */
export const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/** Values with how often each occurs, most frequent first: `520 x 696 (10), 256 x 256 (2)`. */
export function tally(values: readonly (string | number)[]): { kinds: number; text: string } {
  const counts = new Map<string | number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const text =
    sorted.length === 1
      ? `${sorted[0]![0]}`
      : listed(
          sorted.map(([value, n]) => `${value} (${plural(n, "image")})`),
          6,
        );
  return { kinds: sorted.length, text };
}
