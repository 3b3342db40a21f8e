import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import { imageOfCanonical } from "../../data/canonical-image.ts";
import type { Item } from "../../data/dataset.ts";
import { unitPlane } from "../../data/unit-plane.ts";
import { writeDataset } from "../../data/write-dataset.ts";
import { degrade } from "../../microscope/degradation/degrade.ts";
import { filaments } from "../../microscope/specimens/filaments.ts";
import { renderFilaments } from "../../microscope/specimens/render-filaments.ts";
import type { RunFolder } from "../run-folder.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** Fields of the stand-in: a user's handful to learn from, and enough for the interval of a test. */
const SIZES = { train: 6, test: 12 } as const;

/** Edge of a field, and of one of its pixels. */
const EDGE_PX = 192;
const PIXEL_UM = 0.05;

/** Seed of the stand-in, apart from every seed of a run: the same "microscope" for everybody. */
const STAND_IN_SEED = 20242;

/**
 * The stand-in for a microscope with a poor and a sharp mode: curved filaments that run in bundles from a centre, which the mathematical model
 * of the recipe does not know. Its images are simulated, and every page that shows a number from them says so.
 *
 * @returns folders of pairs to learn from and to score on
 */
export async function standInPairs(
  folder: RunFolder,
  { scale }: Pick<SuperResolveRecipe, "scale">,
  { signal }: WorkOptions = {},
): Promise<{ real: string; test: string }> {
  async function* items(part: keyof typeof SIZES): AsyncGenerator<Item> {
    for (let index = 0; index < SIZES[part]; index++) {
      stopIfCancelled(signal, "stand-in microscope");
      const name = `${part}-${String(index).padStart(2, "0")}`;
      const stream = random(STAND_IN_SEED).fork(part, index);
      const edgeUm = EDGE_PX * PIXEL_UM;
      const lines = filaments(
        {
          amount: { count: { uniform: [14, 30] } },
          lengthUm: { uniform: [edgeUm / 2, 2 * edgeUm] },
          persistenceLengthUm: 12,
          curvaturePerUm: { normal: [0, 0.12] },
          arrangement: {
            kind: "aster",
            centreUm: {
              x: { uniform: [-0.2 * edgeUm, 1.2 * edgeUm] },
              y: { uniform: [-0.2 * edgeUm, 1.2 * edgeUm] },
            },
            startRadiusUm: { uniform: [0, edgeUm / 3] },
          },
          bundles: { share: 0.4, filaments: { uniform: [2, 5] }, spacingUm: { uniform: [0.05, 0.2] } },
        },
        { heightUm: edgeUm, widthUm: edgeUm },
        stream.fork("lines"),
      );
      const high = unitPlane(
        renderFilaments(lines, { height: EDGE_PX, width: EDGE_PX, pixelSizeUm: PIXEL_UM, blurNm: 60 }),
      );
      const settings = {
        blur: { sigmaPx: 2.6 },
        downsample: scale,
        scale: 0.7,
        background: 0.12,
        peakPhotons: 60,
        readNoiseE: 2,
      } as const;
      const provenance = { origin: "synthetic", method: "stand-in microscope", seed: STAND_IN_SEED, index } as const;
      yield {
        name,
        group: name,
        image: { ...imageOfCanonical(degrade(high, settings, stream.fork("camera"))), pixelSizeUm: PIXEL_UM * scale },
        annotations: { partner: { ...imageOfCanonical(high), pixelSizeUm: PIXEL_UM } },
        provenance,
      };
    }
  }
  const [real, test] = [folder.file("stand-in", "train"), folder.file("stand-in", "test")];
  await writeDataset(real, items("train"), { name: "stand-in, train" });
  await writeDataset(test, items("test"), { name: "stand-in, test" });
  return { real, test };
}
