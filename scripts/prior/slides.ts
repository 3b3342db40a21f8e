import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { turned } from "../../src/data/augmentation.ts";
import { cropPlane } from "../../src/data/crop.ts";
import { unitPlane } from "../../src/data/unit-plane.ts";
import type { PatchStream } from "../../src/generators/diffusion/patches.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { type DrawnSpecimen, logBetween } from "../specimens/drawn-specimen.ts";

/** Edge of the part of a specimen that is imaged: a patch with a margin, so that blur reaches in from outside. */
const MARGIN_PX = 8;

/**
 * Pictures of a good fluorescence microscope, sharp and bright, of specimens that are drawn when they are first asked for: what a generator sees before it
 * sees any real image.
 *
 * @param specimens to image, `count` of them, by number
 */
export function slideStream(specimens: (index: number) => DrawnSpecimen, count: number, sizePx: number): PatchStream {
  return {
    sizePx,
    hasLabels: false,
    augmentationFeatures: 0,
    batch: async (_step, patches, random) =>
      Array.from({ length: patches }, (_, n) => {
        const own = random.fork("slide", n);
        return { image: picture(specimens, count, sizePx, own), augmentation: new Float32Array(0) };
      }),
  };
}

/** One or two specimens through optics and camera, on the unit scale as images of users are brought to it. */
function picture(specimens: (index: number) => DrawnSpecimen, count: number, sizePx: number, random: Random): Plane {
  const section = () => cropPlane(specimens(random.integer(count)).emission, sizePx + 2 * MARGIN_PX, random);
  let light = section();
  if (random.uniform() < 0.2) {
    const [share, other] = [random.between(0.2, 1), section()];
    light = mapped(light, (value, i) => value + share * other.data[i]!);
  }
  light = gaussianBlur(light, random.uniform() < 0.2 ? 0 : logBetween(random, 0.3, 1.6));
  if (random.uniform() < 0.4) {
    const [share, halo] = [random.between(0.1, 0.6), gaussianBlur(light, random.between(4, 12))];
    light = mapped(light, (value, i) => (1 - share) * value + share * halo.data[i]!);
  }
  const gamma = random.uniform() < 0.4 ? logBetween(random, 0.6, 1.7) : 1;
  const background = random.uniform() ** 2 * 0.15;
  const [read, shot] = [logBetween(random, 0.002, 0.04), logBetween(random, 0.003, 0.06)];
  const seen = mapped(light, (value) => {
    const bright = background + Math.max(0, value) ** gamma;
    return bright + Math.hypot(read, shot * Math.sqrt(bright)) * random.normal();
  });
  const image = cut(
    mapped(unitPlane(seen), (value) => Math.min(1, Math.max(0, value))),
    sizePx,
  );
  const dimming = random.uniform() < 0.3 ? random.between(0.2, 1) : 1; // a dim corner of a bright image
  return turned(
    mapped(image, (value) => dimming * value),
    random.integer(8),
  );
}

const mapped = (plane: Plane, change: (value: number, i: number) => number): Plane => ({
  ...plane,
  data: plane.data.map(change),
});

/** The middle of a picture, without its margin. */
function cut({ data, width }: Plane, sizePx: number): Plane {
  const plane = emptyPlane(sizePx, sizePx);
  for (let y = 0; y < sizePx; y++) {
    const start = (y + MARGIN_PX) * width + MARGIN_PX;
    plane.data.set(data.subarray(start, start + sizePx), y * sizePx);
  }
  return plane;
}
