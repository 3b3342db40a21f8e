import type { Random } from "../../core/random.ts";

/** Boundary radii are tabulated at this many angles; a nucleus has no detail finer than its fifth harmonic. */
const ANGLES = 64;

const COSINES = Float64Array.from({ length: ANGLES }, (_, i) => Math.cos((2 * Math.PI * i) / ANGLES));
const SINES = Float64Array.from({ length: ANGLES }, (_, i) => Math.sin((2 * Math.PI * i) / ANGLES));

/** The shape of one nucleus in its own frame: u along the long axis, v across. */
export interface Outline {
  /** Diameter of the disc of the same area, in pixels. */
  readonly diameterPx: number;
  /** Angle of the long axis against x, radians. */
  readonly orientation: number;
  /** Curvature of the long axis in 1/px: v is shifted by `curvature · u²`, as in a bean. */
  readonly curvature: number;
  /** Mean of u² over the shape, in px². */
  readonly meanSquareU: number;
  /** Boundary radius in pixels at equally spaced angles of the straightened shape, one more than the circle needs. */
  readonly radii: Float64Array;
  /** No boundary point is farther from the centre than this, in pixels. */
  readonly reachPx: number;
}

/** What decides a shape. */
export interface OutlineOptions {
  readonly diameterPx: number;
  /** Long axis divided by short axis, 1 for a disc. */
  readonly aspect: number;
  /** Standard deviation of the boundary radius around the ellipse, as a share of the radius; 0 is a plain ellipse. */
  readonly roughness: number;
  /** How far the tips of the long axis lie off it, in short axes: 0 is straight, ±0.3 a clear bean. */
  readonly bend: number;
}

/**
 * An ellipse with radial harmonics 2…5 and an optional bend, at a random angle.
 *
 * r(θ) = e(θ) · (1 + Σₖ aₖ cos(kθ + φₖ)) with aₖ falling as 1/k²; scaled afterwards so that the enclosed area is that of a disc of
 * `diameterPx`. The bend shears along v only and leaves the area as it is.
 */
export function outline({ diameterPx, aspect, roughness, bend }: OutlineOptions, random: Random): Outline {
  const long = Math.sqrt(aspect);
  const short = 1 / long;
  const orientation = random.between(0, Math.PI);
  // aₖ cos(kθ + φₖ) as two amplitudes. Σ 1/k⁴ over 2…5 is 0.081 and a cosine has variance ½, so the ripple's deviation is `roughness`.
  const ripples = [2, 3, 4, 5].map((k) => {
    const amplitude = (4.95 * roughness * random.normal()) / k ** 2;
    const phase = random.between(0, 2 * Math.PI);
    return { k, cosine: amplitude * Math.cos(phase), sine: -amplitude * Math.sin(phase) };
  });

  const radii = new Float64Array(ANGLES + 1);
  let doubleArea = 0;
  for (let i = 0; i < ANGLES; i++) {
    let ripple = 1;
    for (const { k, cosine, sine } of ripples) {
      const multiple = (k * i) % ANGLES;
      ripple += cosine * COSINES[multiple]! + sine * SINES[multiple]!;
    }
    const inverseSquare = (COSINES[i]! / long) ** 2 + (SINES[i]! / short) ** 2;
    radii[i] = Math.max(0.4, ripple) / Math.sqrt(inverseSquare);
    doubleArea += radii[i]! ** 2 * ((2 * Math.PI) / ANGLES);
  }
  const scale = (diameterPx / 2) * Math.sqrt((2 * Math.PI) / doubleArea);
  let longest = 0;
  for (let i = 0; i < ANGLES; i++) {
    radii[i]! *= scale;
    longest = Math.max(longest, radii[i]!);
  }
  radii[ANGLES] = radii[0]!;
  const curvature = (bend * short) / ((long ** 2 * diameterPx) / 4); // bend · 2b at u = a, with a, b the half axes
  const meanSquareU = (diameterPx * long) ** 2 / 16;
  return {
    diameterPx,
    orientation,
    curvature,
    meanSquareU,
    radii,
    reachPx: longest + Math.abs(curvature) * longest ** 2,
  };
}

/** Boundary radius of a (straightened) shape at an angle of its own frame, in pixels. */
export function radiusAt({ radii }: Outline, angle: number): number {
  const turn = angle / (2 * Math.PI);
  const position = (turn - Math.floor(turn)) * ANGLES;
  const i = Math.floor(position);
  const share = position - i;
  return radii[i]! * (1 - share) + radii[Math.min(i + 1, ANGLES)]! * share;
}

/**
 * The pixels under one shape and where each lies in it: parallel arrays of which the first `count` entries are valid.
 *
 * One footprint is filled again and again while a field is laid out, so that placing a nucleus allocates nothing.
 */
export interface Footprint {
  count: number;
  /** Index into the image, row-major. */
  index: Int32Array;
  /** Distance beyond the boundary along the ray from the centre, in pixels; negative inside. */
  outsidePx: Float32Array;
  /** Distance from the centre divided by the boundary radius in that direction; 1 on the outline. */
  relativeRadius: Float32Array;
  /** Position in the frame of the shape, in pixels. */
  u: Float32Array;
  v: Float32Array;
}

/** Room for shapes in an image of this many pixels. */
export function emptyFootprint(pixels: number): Footprint {
  return {
    count: 0,
    index: new Int32Array(pixels),
    outsidePx: new Float32Array(pixels),
    relativeRadius: new Float32Array(pixels),
    u: new Float32Array(pixels),
    v: new Float32Array(pixels),
  };
}

/** Fills a footprint with the pixels of a shape centred at (x, y), and with those up to `marginPx` outside it. */
export function trace(
  footprint: Footprint,
  shape: Outline,
  { x, y, height, width, marginPx }: { x: number; y: number; height: number; width: number; marginPx: number },
): void {
  const { orientation, curvature, radii, reachPx, meanSquareU } = shape;
  const cos = Math.cos(orientation);
  const sin = Math.sin(orientation);
  const reach = reachPx + marginPx;
  // The bent axis would otherwise carry the centre of mass away from (x, y).
  const shift = curvature * meanSquareU;
  const toStep = ANGLES / (2 * Math.PI);
  const y0 = Math.max(0, Math.ceil(y - reach));
  const y1 = Math.min(height - 1, Math.floor(y + reach));
  const x0 = Math.max(0, Math.ceil(x - reach));
  const x1 = Math.min(width - 1, Math.floor(x + reach));
  let count = 0;
  for (let row = y0; row <= y1; row++) {
    const dy = row - y;
    for (let column = x0; column <= x1; column++) {
      const dx = column - x;
      const u = dx * cos + dy * sin;
      const v = dy * cos - dx * sin - curvature * u * u + shift;
      const distance = Math.sqrt(u * u + v * v);
      if (distance > reach) continue;
      const position = (Math.atan2(v, u) + 2 * Math.PI) * toStep;
      const whole = Math.floor(position);
      const i = whole % ANGLES;
      const radius = radii[i]! + (radii[i + 1]! - radii[i]!) * (position - whole);
      const outside = distance - radius;
      if (outside > marginPx) continue;
      footprint.index[count] = row * width + column;
      footprint.outsidePx[count] = outside;
      footprint.relativeRadius[count] = distance / radius;
      footprint.u[count] = u;
      footprint.v[count] = v;
      count++;
    }
  }
  footprint.count = count;
}
