import { emptyPlane, type Plane } from "../../core/plane.ts";
import { fft2d, inverseFft2d } from "../../image/fft2d.ts";

const nextPowerOfTwo = (size: number) => 2 ** Math.ceil(Math.log2(size));

/** Index inside `[0, length)` after reflection about the outer edges of the border pixels: `b a | a b c | c b`. */
function reflected(index: number, length: number): number {
  const folded = ((index % (2 * length)) + 2 * length) % (2 * length);
  return folded < length ? folded : 2 * length - 1 - folded;
}

/**
 * Plane convolved with a point-spread function of odd size, by Fourier transform.
 *
 * Beyond its edges the plane is its own mirror image (light comes in from outside as much as it leaves), so a psf that sums to 1
 * keeps a constant plane constant.
 *
 * @param psf centre at the middle pixel, `[2R+1, 2R+1]`
 * @returns `[H, W]`
 */
export function convolution(plane: Plane, psf: Plane): Plane {
  const { height, width } = plane;
  const radiusY = (psf.height - 1) / 2;
  const radiusX = (psf.width - 1) / 2;
  const rows = nextPowerOfTwo(height + 2 * radiusY);
  const columns = nextPowerOfTwo(width + 2 * radiusX);

  // Two real pictures in one complex transform: the plane in `re`, the psf with its centre at [0, 0] in `im`.
  const re = new Float64Array(rows * columns);
  const im = new Float64Array(rows * columns);
  for (let y = 0; y < height + 2 * radiusY; y++) {
    const source = reflected(y - radiusY, height) * width;
    for (let x = 0; x < width + 2 * radiusX; x++)
      re[y * columns + x] = plane.data[source + reflected(x - radiusX, width)]!;
  }
  for (let y = 0; y < psf.height; y++)
    for (let x = 0; x < psf.width; x++)
      im[((y - radiusY + rows) % rows) * columns + ((x - radiusX + columns) % columns)]! +=
        psf.data[y * psf.width + x]!;

  // With Z = A + iB: A(k) B(k) = (Z(k)² − conj(Z(−k))²) / 4i.
  const z = fft2d({ re, im, height: rows, width: columns });
  const productRe = new Float64Array(rows * columns);
  const productIm = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const k = y * columns + x;
      const opposite = ((rows - y) % rows) * columns + ((columns - x) % columns);
      productRe[k] = (z.re[k]! * z.im[k]! + z.re[opposite]! * z.im[opposite]!) / 2;
      productIm[k] = (z.re[opposite]! ** 2 - z.im[opposite]! ** 2 - z.re[k]! ** 2 + z.im[k]! ** 2) / 4;
    }
  const blurred = inverseFft2d({ re: productRe, im: productIm, height: rows, width: columns }).re;

  const result = emptyPlane(height, width);
  for (let y = 0; y < height; y++) {
    const start = (y + radiusY) * columns + radiusX;
    result.data.set(blurred.subarray(start, start + width), y * width);
  }
  return result;
}
