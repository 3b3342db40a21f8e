import { DataError } from "../core/errors.ts";

/** The span of grey levels that an image can have, largest minus smallest: 1 on the unit scale, 255 for 8 bits. */
export interface DataRange {
  /** Never guessed from the pixels: the same two images would score differently beside a brighter one. */
  readonly dataRange: number;
}

/** @throws {@link DataError} when the range is not a positive number */
export function requireDataRange(where: string, { dataRange }: DataRange): void {
  if (dataRange > 0 && Number.isFinite(dataRange)) return;
  throw new DataError({
    where: `${where}.dataRange`,
    expected: "the span of possible grey levels, a positive number",
    received: `${dataRange}`,
    fix: "Use 1 for images on the unit scale, 255 for 8 bits, 65535 for 16 bits.",
  });
}
