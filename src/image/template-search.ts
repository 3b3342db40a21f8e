/**
 * Many templates in many images: where each fits best.
 *
 * Σ T(j, i) I(y + j, x + i) is the inverse transform of Î · conj(T̂). Two real templates a, b share one complex transform:
 * with K = conj(F(a − ib)) the inverse of Î · K is the correlation with a in its real and with b in its imaginary part.
 * Templates are brought to mean 0 and norm 1 beforehand, so only the norm of the image under the window is left to
 * divide by.
 *
 * @see Lewis, "Fast template matching", Vision Interface 1995, 120–123
 */

import { ShapeError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { formatShape } from "../core/shape.ts";
import { type ComplexColumns, columnTransform } from "./column-transform.ts";
import { type CorrelationPlan, correlationPlan } from "./correlation-plan.ts";
import type { Sized } from "./require-same-size.ts";
import { inverseWindowNorm, type MatchMethod, meanOf } from "./window-norm.ts";

/** A template at its best place. */
export interface TemplateMatch {
  /** Normalised correlation there, −1…1; 0 for a template without contrast. */
  readonly similarity: number;
  /** Top left pixel of the window. */
  readonly y: number;
  readonly x: number;
}

/** What {@link templateSearch} prepared. */
export interface TemplateSearch {
  /** Best place of every template in this image, in the order of the templates. */
  bestMatches(image: Plane): TemplateMatch[];
  /**
   * Visits the similarity of every template at every position: `[positions]` in rows of `columns` starting at (y, x).
   */
  visit(image: Plane, visitor: SimilarityVisitor): void;
}

/** Called for a block of positions of one template; `values` is overwritten after the call. */
export type SimilarityVisitor = (template: number, y: number, x: number, values: Float64Array, columns: number) => void;

export interface TemplateSearchOptions {
  /**
   * `"coefficient"` subtracts the means (skimage `match_template`, OpenCV `TM_CCOEFF_NORMED`) and ignores brightness and
   * contrast; `"cosine"` does not (OpenCV `TM_CCORR_NORMED`) and is near 1 for any two bright images.
   */
  readonly method?: MatchMethod;
}

/**
 * Prepares the search for templates of one size.
 *
 * @param templates squares `[S, S]`
 * @param images sizes of the images that will be searched; it decides only the speed, and none may be smaller than S
 * @throws {@link ShapeError} when the templates are not squares of one size, or an image is smaller
 */
export function templateSearch(
  templates: readonly Plane[],
  images: readonly Sized[],
  { method = "coefficient" }: TemplateSearchOptions = {},
): TemplateSearch {
  const templatePx = templates[0]?.height ?? 1;
  requireSquares(templates, templatePx);
  for (const image of images) requireRoom(image, templatePx);
  const plan = correlationPlan(templatePx, images);
  const { sizePx, positions } = plan;
  const columns = columnTransform(sizePx, sizePx); // both directions of a forward transform, first of the inverse
  const rows = columnTransform(sizePx, positions); // second direction of the inverse, where only these are needed
  const spectrum: ComplexColumns = {
    re: new Float64Array(sizePx * sizePx),
    im: new Float64Array(sizePx * sizePx),
  };
  const unit = templates.map((template) => unitTemplate(template, method));
  const kernels = Array.from({ length: Math.ceil(templates.length / 2) }, (_, pair) =>
    pairSpectrum(unit[2 * pair]!, unit[2 * pair + 1], plan, columns),
  );
  const values = new Float64Array(positions * positions);

  const visit: TemplateSearch["visit"] = (image, visitor) => {
    requireRoom(image, templatePx);
    const norms = inverseWindowNorm(image, templatePx, templatePx, method);
    const level = method === "coefficient" ? meanOf(image.data) : 0;
    const [down, across] = [image.height - templatePx + 1, image.width - templatePx + 1];
    for (let top = 0; top < down; top += positions)
      for (let left = 0; left < across; left += positions) {
        imageSpectrum(image, top, left, level, sizePx, columns, spectrum);
        const height = Math.min(positions, down - top);
        const width = Math.min(positions, across - left);
        const tell = (template: number, part: Float64Array) => {
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++)
              values[y * width + x] = part[y * positions + x]! * norms[(top + y) * across + left + x]!;
          visitor(template, top, left, values.subarray(0, height * width), width);
        };
        kernels.forEach((kernel, pair) => {
          const { re, im } = correlation(spectrum, kernel, plan, columns, rows);
          tell(2 * pair, im); // real and imaginary parts come out exchanged: see `correlation`
          if (2 * pair + 1 < templates.length) tell(2 * pair + 1, re);
        });
      }
  };

  return {
    visit,
    bestMatches(image) {
      const best = templates.map(() => ({ similarity: Number.NEGATIVE_INFINITY, y: 0, x: 0 }));
      visit(image, (template, top, left, block, width) => {
        const champion = best[template]!;
        for (let i = 0; i < block.length; i++) {
          if (block[i]! <= champion.similarity) continue;
          champion.similarity = block[i]!;
          champion.y = top + Math.floor(i / width);
          champion.x = left + (i % width);
        }
      });
      return best;
    },
  };
}

/** Mean 0 and norm 1, or norm 1 alone; zeros when there is no contrast. */
function unitTemplate({ data }: Plane, method: MatchMethod): Float64Array {
  const level = method === "coefficient" ? meanOf(data) : 0;
  const centred = Float64Array.from(data, (value) => value - level);
  const total = data.reduce((sum, value) => sum + value * value, 0);
  const energy = centred.reduce((sum, value) => sum + value * value, 0);
  const factor = energy > 1e-13 * total ? 1 / Math.sqrt(energy) : 0;
  return centred.map((value) => value * factor);
}

/** conj(F(a − ib)) as `[kx, ky]`, divided by the number of pixels for the inverse that follows. */
function pairSpectrum(
  a: Float64Array,
  b: Float64Array | undefined,
  { templatePx, sizePx }: CorrelationPlan,
  columns: ReturnType<typeof columnTransform>,
): ComplexColumns {
  const { re, im } = columns.input;
  re.fill(0);
  im.fill(0);
  for (let y = 0; y < templatePx; y++)
    for (let x = 0; x < templatePx; x++) {
      re[y * sizePx + x] = a[y * templatePx + x]!;
      if (b) im[y * sizePx + x] = -b[y * templatePx + x]!;
    }
  const pixels = sizePx * sizePx;
  const made = bothDirections(columns, sizePx);
  return { re: made.re.map((value) => value / pixels), im: made.im.map((value) => -value / pixels) };
}

/** Spectrum, as `[kx, ky]`, of the piece of the image at (top, left), zeros beyond its edge. */
function imageSpectrum(
  { data, height, width }: Plane,
  top: number,
  left: number,
  level: number,
  sizePx: number,
  columns: ReturnType<typeof columnTransform>,
  into: ComplexColumns,
): void {
  const { re, im } = columns.input;
  re.fill(0);
  im.fill(0);
  const across = Math.min(sizePx, width - left);
  for (let y = 0; y < Math.min(sizePx, height - top); y++)
    for (let x = 0; x < across; x++) re[y * sizePx + x] = data[(top + y) * width + left + x]! - level;
  const made = bothDirections(columns, sizePx);
  into.re.set(made.re);
  into.im.set(made.im);
}

/** Transform of what stands in the input, down the columns and then, transposed, along the rows: `[kx, ky]`. */
function bothDirections(columns: ReturnType<typeof columnTransform>, sizePx: number): ComplexColumns {
  const { re, im } = columns.run();
  const turned = { re: new Float64Array(re.length), im: new Float64Array(im.length) };
  for (let y = 0; y < sizePx; y++)
    for (let x = 0; x < sizePx; x++) {
      turned.re[x * sizePx + y] = re[y * sizePx + x]!;
      turned.im[x * sizePx + y] = im[y * sizePx + x]!;
    }
  columns.input.re.set(turned.re);
  columns.input.im.set(turned.im);
  return columns.run();
}

/**
 * Inverse transform of image × kernel at the positions where the window does not wrap, `[positions, positions]` in the
 * first rows of the result. The inverse is the forward transform between exchanged parts, so the correlation with the
 * first template of the pair stands in `im`, that with the second in `re`.
 */
function correlation(
  image: ComplexColumns,
  kernel: ComplexColumns,
  { sizePx, positions }: CorrelationPlan,
  columns: ReturnType<typeof columnTransform>,
  rows: ReturnType<typeof columnTransform>,
): ComplexColumns {
  const { re: aRe, im: aIm } = image;
  const { re: bRe, im: bIm } = kernel;
  const { re: outRe, im: outIm } = columns.input;
  for (let i = 0; i < aRe.length; i++) {
    outIm[i] = aRe[i]! * bRe[i]! - aIm[i]! * bIm[i]!;
    outRe[i] = aRe[i]! * bIm[i]! + aIm[i]! * bRe[i]!;
  }
  const { re, im } = columns.run(); // [x, ky]
  const { re: turnedRe, im: turnedIm } = rows.input; // [ky, x]
  for (let x = 0; x < positions; x++)
    for (let ky = 0; ky < sizePx; ky++) {
      turnedRe[ky * positions + x] = re[x * sizePx + ky]!;
      turnedIm[ky * positions + x] = im[x * sizePx + ky]!;
    }
  return rows.run(); // [y, x]
}

function requireSquares(templates: readonly Plane[], side: number): void {
  for (const { height, width } of templates)
    if (height !== side || width !== side)
      throw new ShapeError({
        where: "templateSearch",
        expected: `square templates of one size, ${formatShape([side, side])}`,
        received: formatShape([height, width]),
      });
}

function requireRoom({ height, width }: Sized, templatePx: number): void {
  if (height < templatePx || width < templatePx)
    throw new ShapeError({
      where: "templateSearch",
      expected: `images of at least ${templatePx} × ${templatePx} pixels, the size of the templates`,
      received: formatShape([height, width]),
    });
}
