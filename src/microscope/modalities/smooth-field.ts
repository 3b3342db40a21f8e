import { emptyPlane, type Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";

/**
 * A slowly varying plane with mean near 0 and standard deviation near 1: uneven staining, stray light, a drifting background.
 *
 * Six plane waves of at most about one and a half turns per field, in random directions.
 */
export function smoothField(height: number, width: number, random: Random): Plane {
  const plane = emptyPlane(height, width);
  const waves = 6;
  for (let wave = 0; wave < waves; wave++) {
    const angle = random.between(0, 2 * Math.PI);
    const turns = random.between(0.2, 1.5) / Math.max(height, width);
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
