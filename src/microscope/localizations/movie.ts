import { emptyPlane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import type { Image } from "../../data/image.ts";
import { type CameraSettings, camera } from "../cameras/camera.ts";
import { addGaussianSpot } from "../psf/gaussian-spot.ts";
import type { Emitters } from "../specimens/filament-emitters.ts";
import type { Blinks } from "./blinking.ts";

/** How a blinking specimen is filmed. */
export interface MovieSettings {
  readonly height: number;
  readonly width: number;
  readonly pixelSizeUm: number;
  readonly frames: number;
  /** Standard deviation of the point-spread function, in nm. */
  readonly sigmaNm: number;
  /** Photons per pixel and frame from elsewhere. */
  readonly backgroundPhotons: number;
  readonly camera: CameraSettings;
}

/**
 * Camera frames of blinking molecules: photons → optics → camera, frame by frame.
 *
 * Spots are Gaussians integrated over the pixels.
 *
 * @returns grey levels, T images `[1, H, W]`
 * @throws {@link UnitError} for a camera that cannot exist
 */
export function movie(emitters: Emitters, blinks: Blinks, settings: MovieSettings, random: Random): Image[] {
  const { height, width, pixelSizeUm, frames, sigmaNm, backgroundPhotons } = settings;
  const byFrame: number[][] = Array.from({ length: frames }, () => []);
  blinks.frame.forEach((frame, i) => {
    byFrame[frame]?.push(i);
  });
  const sigmaPx = sigmaNm / 1000 / pixelSizeUm;
  return byFrame.map((seen, frame) => {
    const photons = emptyPlane(height, width);
    photons.data.fill(backgroundPhotons);
    for (const i of seen) {
      const emitter = blinks.emitter[i]!;
      addGaussianSpot(photons, {
        x: emitters.xUm[emitter]! / pixelSizeUm,
        y: emitters.yUm[emitter]! / pixelSizeUm,
        sigmaPx,
        weight: blinks.photons[i]!,
      });
    }
    return { ...camera(photons, settings.camera, random.fork("frame", frame)), pixelSizeUm };
  });
}
