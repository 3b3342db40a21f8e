import type { CameraSettings } from "./cameras/camera.ts";
import type { FieldSettings, MicroscopeSettings } from "./settings.ts";

/** A scientific CMOS camera in 12-bit mode. */
const scientificCamera: CameraSettings = {
  quantumEfficiency: 0.75,
  darkCurrentEPerS: 0.2,
  exposureMs: 100,
  readNoiseE: 2.2,
  fullWellE: 18000,
  electronsPerAdu: 1.1,
  offsetAdu: 100,
  bitDepth: 12,
};

/** Size of the field to be made. */
export interface PresetOptions {
  readonly height?: number;
  readonly width?: number;
}

/**
 * Cultured cells with a DNA stain in a screening microscope: 20× / 0.75 air, Hoechst, flat nuclei of about 15 µm.
 *
 * Where to begin when there is no image to calibrate on.
 */
export function fluorescenceNuclei({ height = 256, width = 256 }: PresetOptions = {}): MicroscopeSettings {
  const pixelSizeUm = 0.5;
  return {
    pixelSizeUm,
    fields: [
      {
        height,
        width,
        nuclei: {
          traits: {
            diameterPx: { logNormal: [15 / pixelSizeUm, 0.16], min: 8 / pixelSizeUm, max: 26 / pixelSizeUm },
            aspect: { logNormal: [1.35, 0.18], min: 1, max: 2.8 },
            level: { logNormal: [1, 0.28], min: 0.35, max: 3 },
          },
          coverage: { uniform: [0.08, 0.3] },
          touchingShare: 0.25,
          clusteredShare: 0.15,
          overlapLimit: 0.2,
          roughness: { uniform: [0.01, 0.06] },
          bend: { normal: [0, 0.08], min: -0.3, max: 0.3 },
          chromatin: {
            contrast: { uniform: [0.1, 0.22] },
            coarseShare: 0.5,
            dome: { uniform: [0.05, 0.45] },
            foci: { uniform: [0, 4] },
            focusContrast: { uniform: [0.15, 0.5] },
            nucleoli: { uniform: [0, 3] },
          },
        },
        nucleusPhotons: { uniform: [500, 1600] },
        optics: {
          kind: "widefield",
          numericalAperture: 0.75,
          immersionIndex: 1,
          emissionNm: 461,
          defocusUm: { normal: [0, 0.8] },
          outOfFocusUm: { uniform: [6, 14] },
        },
        outOfFocus: { coverage: { uniform: [0, 0.06] }, level: { uniform: [0.3, 0.9] } },
        background: {
          photons: { uniform: [15, 70] },
          drift: { uniform: [0, 0.015] },
          haloShare: { uniform: [0.02, 0.12] },
          haloSigmaPx: { uniform: [15, 40] },
        },
        illumination: { vignetting: { uniform: [0, 0.2] }, tilt: { uniform: [0, 0.1] } },
        camera: scientificCamera,
      },
    ],
  };
}

/** An older 8-bit camera behind an unevenly lit 10× objective. */
const oldCamera: CameraSettings = {
  quantumEfficiency: 0.5,
  darkCurrentEPerS: 4,
  exposureMs: 250,
  readNoiseE: 9,
  fullWellE: 12000,
  electronsPerAdu: 14,
  offsetAdu: 9,
  bitDepth: 8,
};

/**
 * The stand-in for a real microscope that `demo` uses: nothing of it is told to the calibration.
 *
 * Unlike {@link fluorescenceNuclei} in all that matters: three kinds of cells, irregular and hollow nuclei, islands, a weaker and
 * defocused lens, stray light, vignetting, an 8-bit camera. Wherever its numbers are shown, they are said to be simulated.
 */
export function standIn({ height = 256, width = 256 }: PresetOptions = {}): MicroscopeSettings {
  const shared: Omit<FieldSettings, "nuclei" | "nucleusPhotons"> = {
    height,
    width,
    optics: {
      kind: "widefield",
      numericalAperture: 0.4,
      immersionIndex: 1,
      emissionNm: 520,
      defocusUm: { normal: [1, 1.5] },
      outOfFocusUm: { uniform: [9, 22] },
    },
    outOfFocus: { coverage: { uniform: [0.02, 0.12] }, level: { uniform: [0.3, 0.8] } },
    background: {
      photons: { uniform: [60, 240] },
      drift: { uniform: [0.01, 0.05] },
      haloShare: { uniform: [0.08, 0.2] },
      haloSigmaPx: { uniform: [10, 26] },
    },
    illumination: { vignetting: { uniform: [0.2, 0.45] }, tilt: { uniform: [0.05, 0.25] } },
    camera: oldCamera,
  };
  const shapes = {
    overlapLimit: 0.2,
    roughness: { uniform: [0.015, 0.07] },
    bend: { normal: [0, 0.14], min: -0.35, max: 0.35 },
  } as const;
  return {
    pixelSizeUm: 0.65,
    fields: [
      {
        ...shared,
        nucleusPhotons: { uniform: [700, 2600] },
        nuclei: {
          ...shapes,
          traits: {
            diameterPx: { logNormal: [22, 0.2], min: 11, max: 40 },
            aspect: { logNormal: [1.5, 0.22], min: 1, max: 3 },
            level: { logNormal: [1, 0.4], min: 0.3, max: 4 },
          },
          coverage: { uniform: [0.08, 0.3] },
          touchingShare: 0.3,
          clusteredShare: 0.2,
          chromatin: {
            contrast: { uniform: [0.1, 0.28] },
            coarseShare: 0.75,
            dome: { uniform: [-0.25, 0.4] },
            foci: { uniform: [0, 3] },
            focusContrast: { uniform: [0.1, 0.5] },
            nucleoli: { uniform: [1, 5] },
          },
        },
      },
      {
        ...shared,
        nucleusPhotons: { uniform: [500, 2200] },
        nuclei: {
          ...shapes,
          traits: {
            diameterPx: { logNormal: [15, 0.14], min: 9, max: 26 },
            aspect: { logNormal: [1.18, 0.1], min: 1, max: 2 },
            level: { logNormal: [1, 0.3], min: 0.4, max: 3 },
          },
          coverage: { uniform: [0.1, 0.34] },
          touchingShare: 0.45,
          clusteredShare: 0.4,
          chromatin: {
            contrast: { uniform: [0.08, 0.2] },
            coarseShare: 0.4,
            dome: { uniform: [0.2, 0.7] },
            foci: { uniform: [2, 7] },
            focusContrast: { uniform: [0.3, 0.9] },
            nucleoli: { uniform: [0, 1] },
          },
        },
      },
      {
        ...shared,
        nucleusPhotons: { uniform: [350, 1000] },
        nuclei: {
          ...shapes,
          traits: {
            diameterPx: { logNormal: [30, 0.22], min: 14, max: 52 },
            aspect: { logNormal: [1.35, 0.2], min: 1, max: 2.6 },
            level: { logNormal: [1, 0.35], min: 0.4, max: 4 },
          },
          coverage: { uniform: [0.1, 0.35] },
          touchingShare: 0.25,
          clusteredShare: 0.1,
          chromatin: {
            contrast: { uniform: [0.12, 0.26] },
            coarseShare: 0.6,
            dome: { uniform: [0, 0.3] },
            foci: 0,
            focusContrast: 0,
            nucleoli: { uniform: [1, 4] },
          },
        },
      },
    ],
  };
}
