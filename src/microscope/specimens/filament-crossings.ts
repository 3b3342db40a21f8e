import type { Filament } from "./filament.ts";

/** A place where two filaments cross in the image. */
export interface Crossing {
  readonly xUm: number;
  readonly yUm: number;
  /** Which filaments, by their place in the list; equal for a loop. */
  readonly first: number;
  readonly second: number;
  /** How far one lies above the other, in µm. */
  readonly separationUm: number;
  /** Angle between them, 0…π/2. */
  readonly angleRad: number;
}

/**
 * Where filaments cross, as seen from above.
 *
 * Isotropic straight filaments of length density ρ (µm/µm²) cross ρ²/π times per µm².
 *
 * @see Stoyan, Kendall & Mecke, Stochastic Geometry and its Applications (1995), ch. 9, for the number expected
 */
export function filamentCrossings(filaments: readonly Filament[]): Crossing[] {
  // Pieces are looked up by the cells of a grid that they touch; cells are no smaller than a piece, so four at most.
  let longest = 1e-6;
  const pieces: { readonly filament: number; readonly at: number }[] = [];
  filaments.forEach(({ pointsUm: p }, filament) => {
    for (let at = 3; at < p.length; at += 3) {
      longest = Math.max(longest, Math.abs(p[at]! - p[at - 3]!), Math.abs(p[at + 1]! - p[at - 2]!));
      pieces.push({ filament, at });
    }
  });
  const cells = new Map<string, number[]>();
  const crossings: Crossing[] = [];
  const seen = new Set<number>();
  pieces.forEach((piece, index) => {
    const p = filaments[piece.filament]!.pointsUm;
    const [x0, y0, z0] = [p[piece.at - 3]!, p[piece.at - 2]!, p[piece.at - 1]!];
    const [dx, dy, dz] = [p[piece.at]! - x0, p[piece.at + 1]! - y0, p[piece.at + 2]! - z0];
    seen.clear();
    const cellOf = (value: number) => Math.floor(value / longest);
    for (let cy = cellOf(Math.min(y0, y0 + dy)); cy <= cellOf(Math.max(y0, y0 + dy)); cy++)
      for (let cx = cellOf(Math.min(x0, x0 + dx)); cx <= cellOf(Math.max(x0, x0 + dx)); cx++) {
        const key = `${cy},${cx}`;
        const cell = cells.get(key);
        if (!cell) {
          cells.set(key, [index]);
          continue;
        }
        for (const other of cell) {
          if (other === index || seen.has(other)) continue;
          seen.add(other);
          const { filament, at } = pieces[other]!;
          // Neighbouring pieces of one filament share a vertex, which is no crossing.
          if (filament === piece.filament && Math.abs(at - piece.at) <= 3) continue;
          const q = filaments[filament]!.pointsUm;
          const [ex, ey] = [q[at]! - q[at - 3]!, q[at + 1]! - q[at - 2]!];
          const area = dx * ey - dy * ex;
          if (area === 0) continue;
          const [gx, gy] = [q[at - 3]! - x0, q[at - 2]! - y0];
          const s = (gx * ey - gy * ex) / area;
          const t = (gx * dy - gy * dx) / area;
          if (!(s >= 0 && s < 1 && t >= 0 && t < 1)) continue;
          const height = z0 + s * dz;
          const otherHeight = q[at - 1]! + t * (q[at + 2]! - q[at - 1]!);
          crossings.push({
            xUm: x0 + s * dx,
            yUm: y0 + s * dy,
            first: filament,
            second: piece.filament,
            separationUm: Math.abs(height - otherHeight),
            angleRad: Math.asin(Math.min(1, Math.abs(area) / (Math.hypot(dx, dy) * Math.hypot(ex, ey)))),
          });
        }
        cell.push(index);
      }
  });
  return crossings;
}
