import type { FilamentSettings } from "../specimens/filaments.ts";
import type { FilamentExperiment } from "./simulate-filaments.ts";

/**
 * Microtubules in the flat part of an adherent cell: they come from a centrosome that mostly lies outside the field, bend as cells bend them, cross,
 * and now and then run side by side.
 */
export function cellMicrotubules(): FilamentSettings {
  return {
    amount: { densityPerUm2: { uniform: [0.25, 0.7] } },
    lengthUm: { logNormal: [14, 0.5], min: 3, max: 40 },
    persistenceLengthUm: { logNormal: [20, 0.4], min: 6 },
    curvaturePerUm: { normal: [0, 0.05] },
    arrangement: {
      kind: "aster",
      centreUm: { x: { uniform: [-13, 13] }, y: { uniform: [-13, 13] } },
      startRadiusUm: { uniform: [0.3, 4] },
    },
    bundles: { share: 0.12, filaments: { uniform: [2, 3.4] }, spacingUm: { uniform: [0.04, 0.09] } },
    depthUm: 0.8,
  };
}

/** dSTORM of antibody-labelled microtubules with Alexa 647: 60 nm wide lines, some 10 nm precision. */
export function stormMicrotubules(): FilamentExperiment {
  return {
    filaments: cellMicrotubules(),
    labels: { labelsPerUm: 120, widthNm: 25, linkageNm: 12, linkageErrorNm: 3 },
    looseLabelsPerUm2: { uniform: [2, 15] },
    blinking: {
      frames: 6000,
      exposureMs: 20,
      onTimeMs: 25,
      dutyCycle: 0.0006,
      photonsPerS: 60_000,
      flashesUntilBleached: 8,
    },
    localize: { sigmaNm: 135, pixelSizeUm: 0.106, backgroundPhotons: 30, minPhotons: 200, excess: 1.3 },
    render: { method: "gaussian", sigmaNm: "uncertainty", sigmaLimitsNm: [4, 40] },
  };
}
