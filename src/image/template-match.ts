import { ShapeError } from "../core/errors.ts";
import { emptyPlane, type Plane } from "../core/plane.ts";
import { formatShape } from "../core/shape.ts";
import { fft2d, inverseFft2d } from "./fft2d.ts";
import { inverseWindowNorm, type MatchMethod, meanOf } from "./window-norm.ts";

/**
 * Normalised cross-correlation of a template with an image, at every position where the template lies inside.
 *
 * `"coefficient"`: γ(y, x) = Σ (I − Ī)(T − T̄) / √(Σ (I − Ī)² Σ (T − T̄)²), means taken under the window, as
 * `skimage.feature.match_template` and OpenCV's `TM_CCOEFF_NORMED`. `"cosine"`: Σ I T / √(Σ I² Σ T²), as OpenCV's
 * `TM_CCORR_NORMED`. Where image or template has no contrast the answer is 0. One template in one image; for many of either
 * take {@link templateSearch}, which is much faster and knows squares only.
 *
 * @param image `[H, W]`
 * @param template `[h, w]`, not larger
 * @returns `[H − h + 1, W − w + 1]` in −1…1; the value at (y, x) is for the template's top left pixel there
 * @throws {@link ShapeError} when the template is larger than the image
 * @see Lewis, "Fast template matching", Vision Interface 1995, 120–123, equation 2
 */
export function templateMatch(
  image: Plane,
  template: Plane,
  { method = "coefficient" }: { method?: MatchMethod } = {},
): Plane {
  if (template.height > image.height || template.width > image.width || template.data.length === 0)
    throw new ShapeError({
      where: "templateMatch",
      expected: `a template of at most ${formatShape([image.height, image.width])}`,
      received: formatShape([template.height, template.width]),
    });
  const { height, width } = image;
  const level = (plane: Plane) => (method === "coefficient" ? meanOf(plane.data) : 0);
  const [imageLevel, templateLevel] = [level(image), level(template)];
  const padded = emptyPlane(height, width);
  let energy = 0;
  for (let y = 0; y < template.height; y++)
    for (let x = 0; x < template.width; x++) {
      const value = template.data[y * template.width + x]! - templateLevel;
      energy += value * value;
      padded.data[y * width + x] = value;
    }
  // A circular correlation of the image's own size wraps only where the template leaves the image.
  const a = fft2d({ ...image, data: image.data.map((value) => value - imageLevel) });
  const b = fft2d(padded);
  const product = inverseFft2d({
    re: a.re.map((re, i) => re * b.re[i]! + a.im[i]! * b.im[i]!),
    im: a.re.map((re, i) => a.im[i]! * b.re[i]! - re * b.im[i]!),
    height,
    width,
  });
  const total = template.data.reduce((sum, value) => sum + value * value, 0);
  const factor = energy > 1e-13 * total ? 1 / Math.sqrt(energy) : 0;
  const norms = inverseWindowNorm(image, template.height, template.width, method);
  const result = emptyPlane(height - template.height + 1, width - template.width + 1);
  for (let y = 0; y < result.height; y++)
    for (let x = 0; x < result.width; x++) {
      const here = y * result.width + x;
      const value = product.re[y * width + x]! * norms[here]! * factor;
      result.data[here] = Math.min(Math.max(value, -1), 1);
    }
  return result;
}
