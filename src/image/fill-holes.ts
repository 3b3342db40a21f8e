import type { Mask } from "../core/plane.ts";

/**
 * Mask without holes: outside pixels that cannot reach the image border become inside.
 *
 * Outside pixels connect through their four sides, as `scipy.ndimage.binary_fill_holes`.
 */
export function fillHoles(mask: Mask): Mask {
  const { height, width } = mask;
  const data = new Uint8Array(height * width).fill(1);
  const waiting = new Int32Array(height * width);
  let count = 0;
  const reach = (pixel: number) => {
    if (mask.data[pixel] !== 0 || data[pixel] === 0) return;
    data[pixel] = 0;
    waiting[count++] = pixel;
  };

  for (let x = 0; x < width; x++) {
    reach(x);
    reach((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    reach(y * width);
    reach(y * width + width - 1);
  }
  while (count > 0) {
    const pixel = waiting[--count]!;
    const x = pixel % width;
    if (x > 0) reach(pixel - 1);
    if (x < width - 1) reach(pixel + 1);
    if (pixel >= width) reach(pixel - width);
    if (pixel < data.length - width) reach(pixel + width);
  }
  return { data, height, width };
}
