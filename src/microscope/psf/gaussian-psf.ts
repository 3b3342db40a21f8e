import { UnitError } from "../../core/errors.ts";
import { emptyPlane, type Plane } from "../../core/plane.ts";

/**
 * Gaussian point-spread function, for a blur that was measured rather than computed from a lens.
 *
 * @returns sums to 1, centre at the middle pixel, `[2R+1, 2R+1]` with R = ⌈4 sigmaPx⌉
 * @throws {@link UnitError} when `sigmaPx` is negative
 */
export function gaussianPsf({ sigmaPx }: { readonly sigmaPx: number }): Plane {
  if (!(sigmaPx >= 0) || !Number.isFinite(sigmaPx))
    throw new UnitError({
      where: "psf.sigmaPx",
      expected: "a standard deviation of 0 px or more",
      received: String(sigmaPx),
      fix: "Use 0 for no blur at all.",
    });
  const radius = Math.ceil(4 * sigmaPx);
  const size = 2 * radius + 1;
  const profile = Array.from({ length: size }, (_, i) =>
    sigmaPx === 0 ? 1 : Math.exp(-0.5 * ((i - radius) / sigmaPx) ** 2),
  );
  const total = profile.reduce((sum, value) => sum + value, 0) ** 2;
  const psf = emptyPlane(size, size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) psf.data[y * size + x] = (profile[y]! * profile[x]!) / total;
  return psf;
}
