/** Something that was noticed. */
export interface Finding {
  /** `"error"`: cannot be used so; `"warning"`: look at it; `"info"`: worth knowing. */
  readonly severity: "error" | "warning" | "info";
  /** The image, file or folder concerned. */
  readonly where: string;
  readonly message: string;
  /** What to do about it: a full sentence. */
  readonly fix: string;
}
