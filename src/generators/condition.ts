import type { LabelMap, Plane } from "../core/plane.ts";
import { type Tensor, tensor } from "../core/tensor.ts";
import { gaussianBlur } from "../image/gaussian-blur.ts";
import { instanceMaps, instancesFromMaps } from "../image/instance-maps.ts";

/**
 * What a generator of images is given of a label map, and what a CycleGAN's image→mask generator gives back: foreground, border and distance of the
 * label map, on the [-1, 1] scale. The border class is what keeps touching nuclei apart on the way there and back.
 */
export const CONDITION_MAPS = ["foreground", "border", "distance"] as const;

/** Condition of one label map, `[1, 3, H, W]`. */
export function condition(labels: LabelMap): Tensor {
  const { height, width } = labels;
  const maps = instanceMaps(labels);
  const data = new Float32Array(CONDITION_MAPS.length * height * width);
  CONDITION_MAPS.forEach((name, channel) => {
    data.set(maps[name].data, channel * height * width);
  });
  for (let i = 0; i < data.length; i++) data[i] = 2 * data[i]! - 1;
  return tensor(data, [1, CONDITION_MAPS.length, height, width]);
}

/**
 * Blur of a cycled distance map before its cores are taken, in pixels. Behind a low-pass the inverse generator draws it with a fine ripple, and
 * every ripple would be a core: without the blur cycled masks of whole nuclei fall apart into splinters.
 */
const RIPPLE_PX = 1.5;

/** Label map of a condition `[1, 3, H, W]`, such as a cycled one. */
export function labelsOfCondition(maps: Tensor): LabelMap {
  const [, , height, width] = maps.shape as [number, number, number, number];
  const plane = (channel: number): Plane => ({
    data: maps.data.slice(channel * height * width, (channel + 1) * height * width).map((value) => (value + 1) / 2),
    height,
    width,
  });
  return instancesFromMaps({ foreground: plane(0), border: plane(1), distance: gaussianBlur(plane(2), RIPPLE_PX) });
}
