import type { LabelMap, Plane } from "../core/plane.ts";
import { relabel } from "./relabel.ts";
import { requireSameSize } from "./require-same-size.ts";

/** Size, place and shape of one object; lengths in pixels. */
export interface Region {
  readonly label: number;
  /** Number of pixels. */
  readonly area: number;
  /** Centroid. */
  readonly y: number;
  readonly x: number;
  /** Bounding box: first row and column, and the first row and column behind it. */
  readonly y0: number;
  readonly x0: number;
  readonly y1: number;
  readonly x1: number;
  /** Diameter of the circle with the same area. */
  readonly equivalentDiameter: number;
  /** Axes of the ellipse with the same second moments. */
  readonly majorAxis: number;
  readonly minorAxis: number;
  /** Of that ellipse: 0 is a circle, towards 1 a line. */
  readonly eccentricity: number;
  /** Angle of the major axis against the y axis in radians, −π/2 … π/2, growing towards x. */
  readonly orientation: number;
  /** Mean of the intensity plane, when one was given. */
  readonly meanIntensity?: number;
  /** Whether a pixel lies in the outermost row or column. */
  readonly touchesBorder: boolean;
}

/**
 * Measurements of every object, in the order of their labels.
 *
 * Second moments are those of the pixel centres; the axes are 4 √λ of their covariance matrix, as `skimage.measure.regionprops`.
 *
 * @param intensity `[H, W]`, for `meanIntensity`
 * @throws {@link ShapeError} when the intensity has another size
 */
export function regions(labels: LabelMap, intensity?: Plane): Region[] {
  if (intensity) requireSameSize("regions intensity", labels, intensity);
  const { height, width } = labels;
  const { data, count } = relabel(labels);
  const names = new Uint32Array(count + 1);
  const area = new Float64Array(count + 1);
  const [meanY, meanX, meanIntensity] = [area.slice(), area.slice(), area.slice()];
  const [varianceY, varianceX, covariance] = [area.slice(), area.slice(), area.slice()];
  const [y0, x0] = [new Int32Array(count + 1).fill(height), new Int32Array(count + 1).fill(width)];
  const [y1, x1] = [new Int32Array(count + 1), new Int32Array(count + 1)];

  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const k = data[i]!;
      if (k === 0) continue;
      area[k] = area[k]! + 1;
      meanY[k] = meanY[k]! + y;
      meanX[k] = meanX[k]! + x;
      if (intensity) meanIntensity[k] = meanIntensity[k]! + intensity.data[i]!;
      if (y < y0[k]!) {
        y0[k] = y;
        names[k] = labels.data[i]!;
      }
      y1[k] = y + 1;
      if (x < x0[k]!) x0[k] = x;
      if (x >= x1[k]!) x1[k] = x + 1;
    }
  }
  for (let k = 1; k <= count; k++) {
    meanY[k] = meanY[k]! / area[k]!;
    meanX[k] = meanX[k]! / area[k]!;
    meanIntensity[k] = meanIntensity[k]! / area[k]!;
  }

  // Second pass: moments about the centroid lose no digits to large coordinates.
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const k = data[i]!;
      if (k === 0) continue;
      const dy = y - meanY[k]!;
      const dx = x - meanX[k]!;
      varianceY[k] = varianceY[k]! + dy * dy;
      varianceX[k] = varianceX[k]! + dx * dx;
      covariance[k] = covariance[k]! + dy * dx;
    }
  }

  return Array.from({ length: count }, (_, index) => {
    const k = index + 1;
    const box = { y0: y0[k]!, x0: x0[k]!, y1: y1[k]!, x1: x1[k]! };
    return {
      label: names[k]!,
      area: area[k]!,
      y: meanY[k]!,
      x: meanX[k]!,
      ...box,
      equivalentDiameter: Math.sqrt((4 * area[k]!) / Math.PI),
      ...ellipse(varianceY[k]! / area[k]!, varianceX[k]! / area[k]!, covariance[k]! / area[k]!),
      ...(intensity ? { meanIntensity: meanIntensity[k]! } : {}),
      touchesBorder: box.y0 === 0 || box.x0 === 0 || box.y1 === height || box.x1 === width,
    };
  });
}

/** Ellipse with these second moments. */
function ellipse(varianceY: number, varianceX: number, covariance: number) {
  const centre = (varianceY + varianceX) / 2;
  const spread = Math.hypot((varianceY - varianceX) / 2, covariance);
  const large = centre + spread;
  const small = Math.max(0, centre - spread);
  return {
    majorAxis: 4 * Math.sqrt(large),
    minorAxis: 4 * Math.sqrt(small),
    eccentricity: large > 0 ? Math.sqrt(1 - small / large) : 0,
    orientation: 0.5 * Math.atan2(2 * covariance, varianceY - varianceX),
  };
}
