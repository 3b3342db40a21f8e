/**
 * Colours of all figures: the palette of Okabe and Ito, which people with the common colour deficiencies tell apart.
 *
 * Each is a CSS variable with the light-mode colour as fallback, so that an SVG saved from a page still has its colours. The page's
 * style (`style.ts`) gives the dark-mode values.
 *
 * @see Okabe & Ito, "Color Universal Design", 2008; Wong, Nature Methods 8, 441 (2011)
 */
export const palette = {
  ink: "var(--ink, #1b1f24)",
  soft: "var(--soft, #5c6570)",
  grid: "var(--grid, #e1e4e8)",
  blue: "var(--blue, #0072b2)",
  vermillion: "var(--vermillion, #d55e00)",
  green: "var(--green, #009e73)",
  purple: "var(--purple, #cc79a7)",
} as const;

/** Colour of a kind of training set, the same in every figure: real is ink, simulated vermillion, generated blue. */
export const roleColours = {
  real: palette.ink,
  simulated: palette.vermillion,
  generated: palette.blue,
  combined: palette.green,
  classical: palette.purple,
} as const;

/** Colours for series without a role of their own, in the order in which they are used. */
export const seriesColours = [palette.blue, palette.vermillion, palette.green, palette.purple, palette.ink] as const;

/** Dash patterns that go with {@link seriesColours}, so that lines part also in grey print. */
export const seriesDashes: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 3],
  [8, 3, 2, 3],
  [12, 4],
];

/** Colour of the series at this place; they repeat when there are more series than colours. */
export function seriesColour(index: number): string {
  return seriesColours[index % seriesColours.length]!;
}

/** Dash pattern of the series at this place. */
export function seriesDash(index: number): number[] {
  return [...seriesDashes[index % seriesDashes.length]!];
}

const ownColours: Readonly<Record<string, string>> = {
  real: roleColours.real,
  "held-out real": roleColours.real,
  simulated: roleColours.simulated,
  mathematical: roleColours.simulated,
  generated: roleColours.generated,
};

/** Colour of a source of images by its name: real, simulated (by a mathematical model too) and generated have theirs, other generators take green and purple. */
export function sourceColour(source: string, sources: readonly string[]): string {
  const own = /^(real|held-out real|simulated|mathematical|generated)/i;
  const first = own.exec(source)?.[1]?.toLowerCase();
  if (first !== undefined) return ownColours[first]!;
  const others = sources.filter((other) => !own.test(other));
  return [palette.green, palette.purple][others.indexOf(source) % 2] ?? palette.green;
}
