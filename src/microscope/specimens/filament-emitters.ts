import type { Random } from "../../core/random.ts";
import type { FieldUm, Filament } from "./filament.ts";

/** Fluorescent molecules in the specimen. x and y in µm from the outer edge of the first pixel, z from the coverslip. */
export interface Emitters {
  readonly count: number;
  /** `[N]` each. */
  readonly xUm: Float64Array;
  readonly yUm: Float64Array;
  readonly zUm: Float64Array;
}

/** How filaments are stained. */
export interface LabelSettings {
  /** Molecules per µm of filament that are seen, at random places (Poisson). */
  readonly labelsPerUm: number;
  /** Diameter of the filament; labels sit on its surface. Microtubule 25 nm, F-actin 7 nm. Default 25. */
  readonly widthNm?: number;
  /** Distance of the dye from the surface: about 10 nm for each of two antibodies, 1 to 4 nm for a nanobody or dye. Default 12. */
  readonly linkageNm?: number;
  /** Standard deviation of the dye about that place along each axis, in nm; default 3. */
  readonly linkageErrorNm?: number;
}

/** Standard deviation across the filament, seen from above, of labels on a tube: r / √2 with the linkage error, in nm. */
export function labelledSigmaNm({
  widthNm = 25,
  linkageNm = 12,
  linkageErrorNm = 3,
}: Omit<LabelSettings, "labelsPerUm">) {
  return Math.sqrt((widthNm / 2 + linkageNm) ** 2 / 2 + linkageErrorNm ** 2);
}

/** Pieces further from the field than this are not labelled, in µm; no lens spreads their light into it. */
const MARGIN_UM = 0.5;

/**
 * Labels of filaments: at random along them, on the surface of the tube.
 *
 * Seen from above a tube of labels is wider than the filament, and brighter at its two edges than in its middle.
 *
 * @param options.field leaves out pieces that lie more than 0.5 µm outside it; by default all filaments are labelled whole
 */
export function filamentEmitters(
  filaments: readonly Filament[],
  settings: LabelSettings,
  random: Random,
  { field }: { readonly field?: FieldUm } = {},
): Emitters {
  const { labelsPerUm, widthNm = 25, linkageNm = 12, linkageErrorNm = 3 } = settings;
  const radiusUm = (widthNm / 2 + linkageNm) / 1000;
  const errorUm = linkageErrorNm / 1000;
  const places: number[] = [];
  if (labelsPerUm > 0)
    for (const { pointsUm: p } of filaments) {
      const gap = () => -Math.log(1 - random.uniform()) / labelsPerUm;
      let next = gap(); // µm from the start of this piece to the next label
      for (let i = 3; i < p.length; i += 3) {
        const [dx, dy, dz] = [p[i]! - p[i - 3]!, p[i + 1]! - p[i - 2]!, p[i + 2]! - p[i - 1]!];
        const length = Math.hypot(dx, dy, dz);
        const isFar =
          field !== undefined &&
          (Math.max(p[i]!, p[i - 3]!) < -MARGIN_UM ||
            Math.max(p[i + 1]!, p[i - 2]!) < -MARGIN_UM ||
            Math.min(p[i]!, p[i - 3]!) > field.widthUm + MARGIN_UM ||
            Math.min(p[i + 1]!, p[i - 2]!) > field.heightUm + MARGIN_UM);
        // Times between random events have no memory: the wait begins anew where the field does.
        if (isFar) {
          next = gap();
          continue;
        }
        for (; next < length; next += gap()) {
          const share = next / length;
          const turn = random.between(0, 2 * Math.PI);
          const [side, lift] = [radiusUm * Math.cos(turn), radiusUm * Math.sin(turn)];
          const across = Math.hypot(dx, dy);
          const [sx, sy] = across > 0 ? [-dy / across, dx / across] : [1, 0];
          const [ux, uy, uz] = [(-dz * sy) / length, (dz * sx) / length, (dx * sy - dy * sx) / length];
          places.push(
            p[i - 3]! + share * dx + side * sx + lift * ux + errorUm * random.normal(),
            p[i - 2]! + share * dy + side * sy + lift * uy + errorUm * random.normal(),
            p[i - 1]! + share * dz + lift * uz + errorUm * random.normal(),
          );
        }
        next -= length;
      }
    }
  const count = places.length / 3;
  const axis = (offset: number) => Float64Array.from({ length: count }, (_, i) => places[3 * i + offset]!);
  return { count, xUm: axis(0), yUm: axis(1), zUm: axis(2) };
}
