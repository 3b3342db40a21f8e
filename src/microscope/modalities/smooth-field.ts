import { emptyPlane, type Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";

/**
 * A slowly varying plane with mean near 0 and standard deviation near 1: uneven staining, stray light, a drifting background.
 *
 * Six plane waves of 0.3 to 1.5 turns per field, in random directions.
 *
 * @param options.extentPx longer edge of the field, when the plane is a crop of it; by default the plane is the field
 * @returns `[height, width]`
 */
export function smoothField(
  height: number,
  width: number,
  { random, extentPx = Math.max(height, width) }: { random: Random; extentPx?: number },
): Plane {
  const plane = emptyPlane(height, width);
  const waves = 6;
  for (let wave = 0; wave < waves; wave++) {
    const angle = random.between(0, 2 * Math.PI);
    const turns = random.between(0.3, 1.5) / extentPx;
    const phase = random.between(0, 2 * Math.PI);
    const [stepY, stepX] = [2 * Math.PI * turns * Math.sin(angle), 2 * Math.PI * turns * Math.cos(angle)];
    // cos(a + b) from products along the two axes: no cosine per pixel.
    const columns = Array.from({ length: width }, (_, x) => [Math.cos(stepX * x), Math.sin(stepX * x)] as const);
    for (let y = 0; y < height; y++) {
      const [cosY, sinY] = [Math.cos(stepY * y + phase), Math.sin(stepY * y + phase)];
      for (let x = 0; x < width; x++) plane.data[y * width + x]! += columns[x]![0] * cosY - columns[x]![1] * sinY;
    }
  }
  const norm = Math.sqrt(2 / waves);
  return { ...plane, data: plane.data.map((value) => value * norm) };
}
