import type { RunRecord } from "../record.ts";
import type { SegmentPlan } from "./plan.ts";

/** Methods that a plan uses, with their papers, for the report's last section. */
export function references(plan: SegmentPlan): RunRecord["methods"] {
  const methods = [
    {
      name: "Classical segmentation: Otsu threshold, distance watershed",
      reference: "Otsu, IEEE Trans. SMC 9, 62 (1979)",
    },
    { name: "U-Net segmenter", reference: "Ronneberger, Fischer & Brox, MICCAI 2015" },
    {
      name: "One-cycle learning rate, AdamW",
      reference: "Smith & Topin, arXiv 1708.07120; Loshchilov & Hutter, ICLR 2019",
    },
    {
      name: "Instance matching and matchAccuracy",
      reference: "Schmidt et al. (StarDist), MICCAI 2018; Caicedo et al., Nat. Methods 16, 1247 (2019)",
    },
    { name: "Bootstrap of crossed factors (seeds, images)", reference: "Owen, Ann. Appl. Stat. 1, 386 (2007)" },
    { name: "Correction for several comparisons", reference: "Holm, Scand. J. Stat. 6, 65 (1979)" },
  ];
  if (plan.variants.length > 0)
    methods.push(
      { name: "CycleGAN", reference: "Zhu et al., ICCV 2017" },
      { name: "Least-squares adversarial loss", reference: "Mao et al., ICCV 2017" },
      { name: "Steganography in CycleGAN", reference: "Chu, Zhmoginov & Sandler, arXiv 1712.02950 (2017)" },
    );
  if (plan.variants.some(({ lowPass }) => lowPass < 1))
    methods.push({
      name: "DCT low-pass between the generators",
      reference: "Utz et al., ICCVW 2023, arXiv 2308.01769",
    });
  return methods;
}
