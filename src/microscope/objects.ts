import { emptyLabelMap, type LabelMap, type Mask, type Plane } from "../core/plane.ts";
import { dilation } from "../image/dilation.ts";
import { distanceTransform } from "../image/distance-transform.ts";
import { fillHoles } from "../image/fill-holes.ts";
import { gaussianBlur } from "../image/gaussian-blur.ts";
import { opening } from "../image/opening.ts";
import { otsuThreshold } from "../image/otsu-threshold.ts";
import { peakLocalMaxima } from "../image/peak-local-maxima.ts";
import { percentile } from "../image/percentile.ts";
import { relabel } from "../image/relabel.ts";
import { watershed } from "../image/watershed.ts";

/** Objects smaller than a disc of this diameter are specks, in canonical pixels (nuclei are about 20). */
const SPECK_PX = 7;
/** Peaks of the distance map closer than this belong to one nucleus. */
const SEED_DISTANCE_PX = 6;

const areaOf = (labels: LabelMap) => {
  const area = new Map<number, number>();
  for (const label of labels.data) if (label > 0) area.set(label, (area.get(label) ?? 0) + 1);
  return area;
};

/**
 * Nuclei as plain image analysis finds them, without any annotation: for counting and measuring, not for training.
 *
 * Smoothing, square root, Otsu's threshold, watershed on the distance map; then every outline is moved to where its own nucleus
 * falls to half its brightness, so that bright nuclei are not drawn too large and dim ones not too small.
 *
 * @param contrast background 0 and a typical nucleus 1, nuclei about 20 px wide, `[H, W]`
 * @returns labels 1…n
 */
export function objects(contrast: Plane): LabelMap {
  const { height, width } = contrast;
  const smooth = gaussianBlur(contrast, 1);
  const root: Plane = { height, width, data: smooth.data.map((value) => Math.sqrt(Math.max(0, value))) };
  // An image without nuclei would be split in the middle of its noise.
  const threshold = Math.max(otsuThreshold(root), 0.35);
  const bright: Mask = { height, width, data: Uint8Array.from(root.data, (value) => (value > threshold ? 1 : 0)) };
  const foreground = opening(fillHoles(bright), 2);

  // Where everything is foreground there is no distance to anything; any finite number does.
  const inside = distanceTransform(foreground);
  const distance = gaussianBlur({ ...inside, data: inside.data.map((value) => Math.min(value, width)) }, 1);
  const markers = emptyLabelMap(height, width);
  peakLocalMaxima(distance, { minDistance: SEED_DISTANCE_PX, threshold: 1.5 }).forEach(({ y, x }, i) => {
    markers.data[y * width + x] = i + 1;
  });
  const uphill: Plane = { height, width, data: distance.data.map((value) => -value) };
  return atHalfMaximum(smooth, watershed(uphill, markers, foreground));
}

/** The same objects, each cut (or grown by up to 3 px) to the pixels above half of its own upper-quartile brightness. */
function atHalfMaximum(smooth: Plane, labels: LabelMap): LabelMap {
  const { height, width } = labels;
  const values = new Map<number, number[]>();
  labels.data.forEach((label, i) => {
    if (label === 0) return;
    const list = values.get(label);
    if (list) list.push(smooth.data[i]!);
    else values.set(label, [smooth.data[i]!]);
  });
  const half = new Map([...values].map(([label, list]) => [label, percentile(list, 65) / 2]));
  const reach = dilation({ height, width, data: Uint8Array.from(labels.data, (label) => (label > 0 ? 1 : 0)) }, 3);
  const downhill: Plane = { height, width, data: smooth.data.map((value) => -value) };
  const grown = watershed(downhill, labels, reach);
  const data = grown.data.map((label, i) => (label > 0 && smooth.data[i]! > half.get(label)! ? label : 0));
  const cut: LabelMap = { height, width, data };
  const area = areaOf(cut);
  const least = (Math.PI / 4) * SPECK_PX ** 2;
  return relabel({ height, width, data: data.map((label) => (label > 0 && area.get(label)! < least ? 0 : label)) });
}
