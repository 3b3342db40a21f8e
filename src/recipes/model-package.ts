import type { BioimagePackageOptions, PackageCitation } from "../engine/package/bioimage-package.ts";
import type { CardTexts } from "./card-texts.ts";
import type { ExportableModel } from "./exportable-model.ts";

/** What people say about a package; the rest follows from the model. */
export type PackageTexts = Pick<
  BioimagePackageOptions,
  "name" | "description" | "documentation" | "authors" | "license" | "cite" | "timestamp"
>;

/** A trained model of a finished run, ready to be packaged, and what its recipe says about it. */
export interface ModelPackage {
  readonly model: ExportableModel;
  /** Name of the package, unless its maker has a better one. */
  readonly name: string;
  /** What the model does, in a sentence or two, and what it learned from. */
  readonly description: string;
  readonly card: CardTexts;
  /** Papers of the methods that the model rests on. */
  readonly cite: readonly PackageCitation[];
  /**
   * Files of the package by name: description, weights, documentation, cover and test pair. The same model and texts give the same bytes.
   *
   * The expected output is what `fantascope predict` computes; the runtime must give the same for the exported bytes, or nothing is packaged.
   *
   * @throws {@link RecipeError} when a text that the zoo requires is missing
   * @throws {@link SessionError} when the exported model does not give what the network gave
   */
  files(texts: PackageTexts): Promise<ReadonlyMap<string, Uint8Array>>;
}
