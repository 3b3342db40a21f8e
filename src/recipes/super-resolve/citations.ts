import type { PackageCitation } from "../../engine/package/bioimage-package.ts";
import type { ExportableModel } from "../exportable-model.ts";
import type { RunRecord } from "../record.ts";

/** Methods of a record whose papers can be cited in the zoo, which asks for a DOI or an address; and whether only generated images need them. */
const PAPERS: Readonly<Record<string, Pick<PackageCitation, "doi" | "url"> & { readonly generated?: true }>> = {
  "CARE network, percentile and affine normalisation": { doi: "10.1038/s41592-018-0216-7" },
  "Generated images that train super-resolution": { doi: "10.1002/smtd.202400672", generated: true },
  "Denoising diffusion": { url: "https://arxiv.org/abs/2006.11239", generated: true },
};

/** What a package of this arm cites: the network and its normalisation always, the generator where its images were learned from. */
export function superResolveCitations(
  { methods }: Pick<RunRecord, "methods">,
  { role }: Pick<ExportableModel["arm"], "role">,
): PackageCitation[] {
  const isGenerated = role === "generated" || role === "combined";
  return methods.flatMap(({ name, reference }) => {
    const { generated, ...paper } = PAPERS[name] ?? { generated: undefined };
    return Object.hasOwn(PAPERS, name) && (isGenerated || !generated)
      ? [{ text: `${name}: ${reference}`, ...paper }]
      : [];
  });
}
