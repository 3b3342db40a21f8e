import { emptyPlane, type LabelMap, type Plane } from "../../core/plane.ts";
import { tensor } from "../../core/tensor.ts";
import { CANONICAL_DIAMETER_PX, type CanonicalForm, estimateCanonicalForm, toCanonical } from "../../data/canonical.ts";
import { unitToNetwork } from "../../data/canonical-image.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { createGraph } from "../../engine/graph.ts";
import { sigmoid } from "../../engine/ops/index.ts";
import { compileFunction, type State } from "../../engine/step.ts";
import { halfMaximumEdges } from "../../image/half-maximum-edges.ts";
import {
  type InstanceMaps,
  type InstanceOptions,
  instancesFromMaps,
  withoutSpecks,
} from "../../image/instance-maps.ts";
import { resizePlane } from "../../image/resize-plane.ts";
import { MAP_NAMES, segmenterLogits } from "./network.ts";
import { placeTiles, readTile, type TileGrid } from "./tiles.ts";

/** A segmenter that is open for prediction. Release it when done. */
export interface Segmenter {
  /** Foreground, border and distance of a canonical plane, `[H, W]` each, 0…1. */
  maps(canonical: Plane): Promise<InstanceMaps>;
  release(): Promise<void>;
}

/** How large images are cut. */
export interface TileOptions {
  /** Edge of a tile; a multiple of 8. */
  readonly tilePx?: number;
  /** Pixels that neighbouring tiles share; their predictions are blended there. */
  readonly overlapPx?: number;
  readonly threads?: number;
  /** Where to compute; `chooseDevice` tells what works here. */
  readonly device?: DeviceName;
}

/** Opens one trained network, or several whose maps are averaged (an ensemble). */
export async function openSegmenter(states: readonly State[], options: TileOptions = {}): Promise<Segmenter> {
  const { tilePx = 192, overlapPx = 32, threads = 1, device = "cpu" } = options;
  const networks = await Promise.all(
    states.map((state) => {
      const graph = createGraph();
      const image = graph.input("image", [1, 1, tilePx, tilePx]);
      return compileFunction(graph, { maps: sigmoid(segmenterLogits(image, "inference")) }, { state, threads, device });
    }),
  );
  return {
    async maps(canonical) {
      const grid: TileGrid = placeTiles(canonical.height, canonical.width, { tilePx, overlapPx });
      const summed = MAP_NAMES.map(() => emptyPlane(canonical.height, canonical.width));
      const source = unitToNetwork(canonical);
      for (const tile of grid.tiles) {
        const image = tensor(readTile(source, tile, tilePx), [1, 1, tilePx, tilePx]);
        for (const network of networks) {
          const maps = (await network.run({ image })).maps!.data;
          MAP_NAMES.forEach((_, channel) => {
            grid.blend(
              summed[channel]!,
              tile,
              maps.subarray(channel * tilePx ** 2, (channel + 1) * tilePx ** 2),
              1 / networks.length,
            );
          });
        }
      }
      const [foreground, border, distance] = summed as [Plane, Plane, Plane];
      return { foreground, border, distance };
    },
    release: async () => {
      for (const network of networks) await network.release();
    },
  };
}

/** Objects smaller than this share of a canonical nucleus are dropped as specks. */
const SMALLEST_SHARE = 0.06;

/** How instances are cut out of the maps, and where their outlines end. */
export interface SegmentOptions extends InstanceOptions {
  /** The canonical form; estimated from the image itself when left out. */
  readonly form?: CanonicalForm;
  /**
   * Moves each outline to where its own nucleus falls to half its brightness: where blur alone puts the edge of a sharp object, and where
   * people draw it. Every arm of a run is treated alike.
   */
  readonly refineEdges?: boolean;
}

/**
 * Instances in an image of any size and any grey levels.
 *
 * The image is brought to canonical form (nuclei about 20 px across, background 0.1, nuclei 0.55), the maps are predicted tile by
 * tile and brought back to the image's own pixels, and instances are cut there.
 *
 * @param plane grey levels, `[H, W]`
 */
export async function segmentInstances(
  segmenter: Segmenter,
  plane: Plane,
  options: SegmentOptions = {},
): Promise<LabelMap> {
  const { form = estimateCanonicalForm(plane), refineEdges = true } = options;
  const maps = await segmenter.maps(toCanonical(plane, form));
  const native = (map: Plane) => resizePlane(map, plane.height, plane.width, { method: "bilinear" });
  const instances = instancesFromMaps(
    { foreground: native(maps.foreground), border: native(maps.border), distance: native(maps.distance) },
    options,
  );
  const canonicalNucleusPx = Math.PI * (CANONICAL_DIAMETER_PX / 2) ** 2;
  const smallest = (SMALLEST_SHARE * canonicalNucleusPx) / form.scale ** 2;
  // Before edges move as well as after: what surrounds a speck reaches half of its faint height too, so that it would grow out of being one.
  const nuclei = withoutSpecks(instances, smallest);
  return refineEdges ? withoutSpecks(halfMaximumEdges(nuclei, plane), smallest) : nuclei;
}
