import { emptyPlane, type LabelMap, type Plane } from "../../core/plane.ts";
import { type ChromatinSettings, chromatin } from "./chromatin.ts";
import { emptyFootprint, trace } from "./outline.ts";
import { type FieldOptions, type PlacementSettings, placement } from "./placement.ts";

/** What lies on the slide: the truth, and the light it gives. */
export interface Specimen {
  /** One label per nucleus, `[H, W]`. */
  readonly labels: LabelMap;
  /** Expected photons per pixel during the exposure before any optics, `[H, W]`. */
  readonly emission: Plane;
}

/** A population of nuclei. Lengths in pixels of the image being made. */
export interface NucleiSettings extends PlacementSettings {
  readonly chromatin: ChromatinSettings;
}

/** Size of the field and how bright a typical nucleus is. */
export interface NucleiOptions extends FieldOptions {
  /** Photons per pixel from a nucleus of level 1; the default, 1, leaves the emission relative. */
  readonly brightness?: number;
}

/**
 * Stained nuclei in one focal plane.
 *
 * Outlines are ellipses with radial harmonics; inside lie a dome, two scales of chromatin texture, chromocentres and nucleoli.
 * The outline of a label is where the light falls to half, so a label stays right under any symmetric blur. Where nuclei overlap,
 * half of the dimmer one's light is added.
 *
 * @returns labels and emission, both `[H, W]`
 */
export function nuclei(settings: NucleiSettings, options: NucleiOptions): Specimen {
  const { height, width, brightness = 1, random } = options;
  const placed = placement(settings, { ...options, random: random.fork("placement") });
  const emission = emptyPlane(height, width);
  const footprint = emptyFootprint(height * width);
  const stream = random.fork("chromatin");
  for (const nucleus of placed.nuclei) {
    trace(footprint, nucleus.shape, { x: nucleus.x, y: nucleus.y, height, width, marginPx: 1 });
    chromatin(emission, nucleus, footprint, { settings: settings.chromatin, brightness, random: stream });
  }
  return { labels: placed.labels, emission };
}
