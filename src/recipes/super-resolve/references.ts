import type { RunRecord } from "../record.ts";

/** Methods of the recipe `super-resolve`, each with its source. */
export const superResolveReferences: RunRecord["methods"] = [
  {
    name: "Generated images that train super-resolution",
    reference: "Saguy et al., Small Methods 2024, doi 10.1002/smtd.202400672",
  },
  { name: "Denoising diffusion", reference: "Ho, Jain & Abbeel, NeurIPS 2020" },
  { name: "Velocity prediction", reference: "Salimans & Ho, ICLR 2022" },
  { name: "Cosine schedule", reference: "Nichol & Dhariwal, ICML 2021" },
  { name: "Augmentation that does not leak", reference: "Karras et al., NeurIPS 2022, appendix F.2" },
  {
    name: "DPM-Solver++(2M)",
    reference: "Lu et al., arXiv 2211.01095 (2022); stops as in Karras et al., NeurIPS 2022, eq. 5",
  },
  {
    name: "CARE network, percentile and affine normalisation",
    reference: "Weigert et al., Nat. Methods 15, 1090 (2018)",
  },
  { name: "Kernel distance", reference: "Bińkowski et al., ICLR 2018" },
  { name: "Precision and recall", reference: "Kynkäänniemi et al., NeurIPS 2019" },
  { name: "Density and coverage", reference: "Naeem et al., ICML 2020" },
  { name: "MS-SSIM", reference: "Wang, Simoncelli & Bovik, Asilomar 2003" },
  {
    name: "Fourier ring correlation",
    reference: "van Heel & Schatz, J. Struct. Biol. 151, 250 (2005); Nieuwenhuizen et al., Nat. Methods 10, 557 (2013)",
  },
  { name: "Ensemble disagreement", reference: "Lakshminarayanan, Pritzel & Blundell, NeurIPS 2017" },
  { name: "Bootstrap of crossed factors (seeds, fields)", reference: "Owen, Ann. Appl. Stat. 1, 386 (2007)" },
  { name: "Correction for several comparisons", reference: "Holm, Scand. J. Stat. 6, 65 (1979)" },
];
