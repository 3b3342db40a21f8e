import { emptyLabelMap, type LabelMap, type Plane } from "../core/plane.ts";
import { components } from "./components.ts";
import { dilation } from "./dilation.ts";
import { fillHoles } from "./fill-holes.ts";
import { gaussianBlur } from "./gaussian-blur.ts";
import { medianOf } from "./median-of.ts";
import { areaWeightedDiameter } from "./otsu-watershed.ts";
import { regions } from "./regions.ts";
import { relabel } from "./relabel.ts";
import { watershed } from "./watershed.ts";

/**
 * Labels whose outlines are moved to where the grey level is half way between the background and their own median.
 *
 * One threshold for a whole image makes bright nuclei too large and dim ones too small, for every edge is blurred. Half of its own
 * height is where a blurred edge really lies. An object may grow by `reach` of the usual diameter, into the background and not into its
 * neighbours; it keeps its largest piece, without holes.
 *
 * @param plane the image that was segmented, `[H, W]`
 * @param options.reach share of the usual diameter by which an outline may move outwards
 */
export function halfMaximumEdges(labels: LabelMap, plane: Plane, { reach = 0.2 } = {}): LabelMap {
  const { height, width } = labels;
  const counted = relabel(labels);
  if (counted.count === 0) return counted;
  const diameter = areaWeightedDiameter(counted);
  const smooth = gaussianBlur(plane, Math.min(1, diameter / 20));
  const background = medianOf(smooth.data.filter((_, i) => counted.data[i] === 0));

  // Every object's own ground: itself and what lies nearest to it.
  const inside = { data: Uint8Array.from(counted.data, (label) => (label > 0 ? 1 : 0)), height, width };
  const grown = dilation(inside, Math.max(1, Math.round(reach * diameter)));
  const ground = watershed({ ...smooth, data: smooth.data.map((value) => -value) }, counted, grown);

  const result = emptyLabelMap(height, width);
  const own = regions(counted);
  for (const [i, { label, y0, x0, y1, x1 }] of regions(ground).entries()) {
    const inner = own[i]!;
    const values: number[] = [];
    for (let y = inner.y0; y < inner.y1; y++)
      for (let x = inner.x0; x < inner.x1; x++)
        if (counted.data[y * width + x] === label) values.push(smooth.data[y * width + x]!);
    const half = (background + medianOf(values)) / 2;

    const box = { data: new Uint8Array((y1 - y0) * (x1 - x0)), height: y1 - y0, width: x1 - x0 };
    for (let y = y0; y < y1; y++)
      for (let x = x0; x < x1; x++)
        if (ground.data[y * width + x] === label && smooth.data[y * width + x]! >= half)
          box.data[(y - y0) * box.width + x - x0] = 1;
    const pieces = components(box, { connectivity: 4 });
    const largest = regions(pieces).sort((a, b) => b.area - a.area)[0];
    if (!largest) continue;
    const whole = fillHoles({
      ...box,
      data: Uint8Array.from(pieces.data, (piece) => (piece === largest.label ? 1 : 0)),
    });
    for (let y = y0; y < y1; y++)
      for (let x = x0; x < x1; x++)
        if (whole.data[(y - y0) * box.width + x - x0] === 1 && ground.data[y * width + x] === label)
          result.data[y * width + x] = label;
  }
  return relabel(result);
}
