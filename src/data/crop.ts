import { mirrored } from "../core/mirrored.ts";
import { emptyLabelMap, emptyPlane, type LabelMap, type Plane } from "../core/plane.ts";
import type { Random } from "../core/random.ts";
import type { Registered } from "./augmentation.ts";

/** Random square of a plane, `[cropPx, cropPx]`; smaller planes lie in its middle and are continued by reflection. */
export function cropPlane(plane: Plane, cropPx: number, random: Random): Plane {
  const crop = emptyPlane(cropPx, cropPx);
  copySquare(crop, plane, corner(plane, cropPx, random));
  return crop;
}

/** Random square of a label map, `[cropPx, cropPx]`, as {@link cropPlane} cuts planes. */
export function cropLabels(labels: LabelMap, cropPx: number, random: Random): LabelMap {
  const crop = emptyLabelMap(cropPx, cropPx);
  copySquare(crop, labels, corner(labels, cropPx, random));
  return crop;
}

/** The same random square of an image and its labels. */
export function cropPair({ image, labels }: Registered, cropPx: number, random: Random): Registered {
  const crop = { image: emptyPlane(cropPx, cropPx), labels: emptyLabelMap(cropPx, cropPx) };
  const start = corner(image, cropPx, random);
  copySquare(crop.image, image, start);
  copySquare(crop.labels, labels, start);
  return crop;
}

interface Grid {
  readonly data: Float32Array | Uint32Array;
  readonly height: number;
  readonly width: number;
}

interface Corner {
  readonly y0: number;
  readonly x0: number;
}

function corner({ height, width }: Grid, cropPx: number, random: Random): Corner {
  const start = (extent: number) =>
    extent <= cropPx ? -Math.floor((cropPx - extent) / 2) : random.integer(extent - cropPx + 1);
  return { y0: start(height), x0: start(width) };
}

function copySquare(target: Grid, source: Grid, { y0, x0 }: Corner): void {
  for (let y = 0; y < target.height; y++) {
    const row = mirrored(y0 + y, source.height) * source.width;
    for (let x = 0; x < target.width; x++)
      target.data[y * target.width + x] = source.data[row + mirrored(x0 + x, source.width)]!;
  }
}
