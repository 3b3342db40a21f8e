import type { Random } from "../../core/random.ts";
import type { Filament } from "./filament.ts";

/** A semiflexible chain: how stiff it is, how long, and where it begins. */
export interface ChainSettings {
  /** Persistence length P in µm; more is straighter. */
  readonly persistenceLengthUm: number;
  /** Contour length in µm. */
  readonly lengthUm: number;
  /** Turn per length in the plane of the image that the chain would have without any fluctuation, in rad/µm; default 0. */
  readonly curvaturePerUm?: number;
  /** Length of one straight piece; default 0.05 µm. Must be well below P. */
  readonly stepUm?: number;
  /** First vertex, x, y, z in µm; default the origin. */
  readonly startUm?: readonly [x: number, y: number, z: number];
  /** Direction of the first piece, in rad from +x towards +y; default 0. */
  readonly azimuthRad?: number;
  /** Angle of the first piece out of the image plane, in rad; default 0. */
  readonly elevationRad?: number;
  /** 2 keeps the chain in the plane z = start; 3 (default 2) lets it bend out of it. */
  readonly dimensions?: 2 | 3;
  /**
   * Thickness of the slab 0 … depthUm that holds a chain in 3-D, such as a flat cell; without it the chain is free. Walls turn a
   * chain back over Odijk's deflection length (depth² · P)^⅓; what still reaches a wall is mirrored there.
   */
  readonly depthUm?: number;
}

/** Height inside `[0, depth]` after mirroring at both walls. */
function folded(z: number, depth: number): number {
  const period = 2 * depth;
  const rest = ((z % period) + period) % period;
  return rest <= depth ? rest : period - rest;
}

/**
 * One worm-like chain.
 *
 * The tangent makes a random walk: every step ds turns it by N(curvature · ds, ds / P) in 2-D, and about two axes across it by
 * N(0, ds / P) each in 3-D, so that tangents a length s apart have ⟨cos⟩ = e^(−s/2P) in 2-D and e^(−s/P) in 3-D. Freed from
 * the plane a chain of the same stiffness forgets its direction twice as fast.
 *
 * @see Kratky & Porod, Recl. Trav. Chim. 68, 1106 (1949); Odijk, Macromolecules 16, 1340 (1983) for the slab
 */
export function wormLikeChain(settings: ChainSettings, random: Random): Filament {
  const { persistenceLengthUm, lengthUm, curvaturePerUm = 0, stepUm = 0.05, dimensions = 2, depthUm } = settings;
  const { startUm = [0, 0, 0], azimuthRad = 0, elevationRad = 0 } = settings;
  const steps = Math.max(1, Math.round(lengthUm / stepUm));
  const ds = lengthUm / steps;
  const spread = Math.sqrt(ds / persistenceLengthUm);
  const pointsUm = new Float64Array(3 * (steps + 1));
  let [x, y, z] = startUm;
  pointsUm.set([x, y, z]);

  if (dimensions === 2) {
    let angle = azimuthRad;
    for (let i = 1; i <= steps; i++) {
      x += ds * Math.cos(angle);
      y += ds * Math.sin(angle);
      pointsUm.set([x, y, z], 3 * i);
      angle += curvaturePerUm * ds + spread * random.normal();
    }
    return { pointsUm };
  }

  const deflectionUm = depthUm === undefined ? Infinity : Math.cbrt(depthUm ** 2 * persistenceLengthUm);
  let [u, v, w] = [
    Math.cos(elevationRad) * Math.cos(azimuthRad),
    Math.cos(elevationRad) * Math.sin(azimuthRad),
    Math.sin(elevationRad),
  ];
  let height = z;
  for (let i = 1; i <= steps; i++) {
    x += ds * u;
    y += ds * v;
    height += ds * w;
    z = depthUm === undefined ? height : folded(height, depthUm);
    pointsUm.set([x, y, z], 3 * i);
    // Two unit vectors across the tangent: "sideways" in the plane of the image, and "up". A vertical tangent may take any.
    const across = Math.hypot(u, v);
    const [sx, sy] = across > 1e-9 ? [-v / across, u / across] : [1, 0];
    const [ux, uy, uz] = [-w * sy, w * sx, u * sy - v * sx];
    // A vector of two normal angles turns about a fixed axis by its length; the tangent moves on a great circle.
    const side = curvaturePerUm * ds + spread * random.normal();
    const lift = spread * random.normal();
    const angle = Math.hypot(side, lift);
    const [cos, sinc] = [Math.cos(angle), angle > 1e-12 ? Math.sin(angle) / angle : 1];
    u = cos * u + sinc * (side * sx + lift * ux);
    v = cos * v + sinc * (side * sy + lift * uy);
    w = (cos * w + sinc * lift * uz) * Math.max(0, 1 - ds / deflectionUm);
    const norm = Math.hypot(u, v, w);
    [u, v, w] = [u / norm, v / norm, w / norm];
  }
  return { pointsUm };
}
