/** What a ring must reach to count as resolved. */
export type FrcThreshold = "1/7" | "half-bit" | "2-sigma";

/**
 * Height of the threshold on a ring of so many Fourier coefficients.
 *
 * `"1/7"`: fixed, what is used for fluorescence. `"half-bit"`: half a bit of information per coefficient in the mean of both images.
 * `"2-sigma"`: two standard deviations of the correlation of two images of noise, which says that there is a signal, not that it is
 * resolved.
 *
 * @see Rosenthal & Henderson, J. Mol. Biol. 333, 721 (2003) and Nieuwenhuizen et al., Nat. Methods 10, 557 (2013) for 1/7; van Heel &
 * Schatz, J. Struct. Biol. 151, 250 (2005), equations 6 and 17, for the others
 */
export const frcThresholds: Record<FrcThreshold, (samples: number) => number> = {
  "1/7": () => 1 / 7,
  "half-bit": (n) => (0.2071 + 1.9102 / Math.sqrt(n)) / (1.2071 + 0.9102 / Math.sqrt(n)),
  "2-sigma": (n) => 2 / Math.sqrt(n / 2),
};
