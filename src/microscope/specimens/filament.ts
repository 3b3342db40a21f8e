/** One filament as a line of straight pieces. */
export interface Filament {
  /**
   * Vertices x, y, z in µm, `[V, 3]`. x and y count from the outer edge of the first pixel (the centre of pixel i lies at
   * (i + ½) · pixel size), z from the coverslip upwards.
   */
  readonly pointsUm: Float64Array;
}

/** Size of a field in the specimen plane. */
export interface FieldUm {
  readonly heightUm: number;
  readonly widthUm: number;
}

/** Length of a filament along its contour, in µm. */
export function filamentLengthUm({ pointsUm }: Filament): number {
  let length = 0;
  for (let i = 3; i < pointsUm.length; i += 3)
    length += Math.hypot(
      pointsUm[i]! - pointsUm[i - 3]!,
      pointsUm[i + 1]! - pointsUm[i - 2]!,
      pointsUm[i + 2]! - pointsUm[i - 1]!,
    );
  return length;
}

/** Whether a point lies in the field. */
export function isInField(x: number, y: number, { heightUm, widthUm }: FieldUm): boolean {
  return x >= 0 && y >= 0 && x < widthUm && y < heightUm;
}

/**
 * Contour length of all filaments inside the field, in µm; divided by the area it is the length density that stereology measures.
 *
 * Each piece counts by where its middle lies.
 */
export function lengthInFieldUm(filaments: readonly Filament[], field: FieldUm): number {
  let length = 0;
  for (const { pointsUm: p } of filaments)
    for (let i = 3; i < p.length; i += 3)
      if (isInField((p[i]! + p[i - 3]!) / 2, (p[i + 1]! + p[i - 2]!) / 2, field))
        length += Math.hypot(p[i]! - p[i - 3]!, p[i + 1]! - p[i - 2]!, p[i + 2]! - p[i - 1]!);
  return length;
}
