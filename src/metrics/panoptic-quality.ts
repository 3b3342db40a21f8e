import type { Matching } from "./matching.ts";

/** The two factors of panoptic quality: how well found objects are outlined, and how well objects are found. */
export interface PanopticQuality {
  /** Segmentation quality × recognition quality. */
  readonly panopticQuality: number;
  /** Mean IoU of the found pairs. */
  readonly segmentationQuality: number;
  /** F1 of finding objects. */
  readonly recognitionQuality: number;
}

/**
 * Panoptic quality of one image, or of a data set when the matching is a sum.
 *
 * Kirillov et al. count pairs with IoU > 0.5; here, as in StarDist, a pair of exactly 0.5 counts too.
 *
 * @see Kirillov, He, Girshick, Rother & Dollár, "Panoptic segmentation", CVPR 2019, Eq. 1 and 2
 */
export function panopticQuality(matching: Matching): PanopticQuality {
  return {
    panopticQuality: matching.meanMatchedScore * matching.f1,
    segmentationQuality: matching.meanMatchedScore,
    recognitionQuality: matching.f1,
  };
}
