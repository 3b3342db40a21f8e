import { medianOf } from "../../image/median-of.ts";
import type { Calibration } from "../../microscope/calibrate.ts";
import { typical } from "../../microscope/distribution.ts";
import type { FieldSettings } from "../../microscope/settings.ts";
import { formatNumber } from "../../report/format.ts";

/** What a calibration found, for people: names and values with units, each the median over the fields of view. */
export function fittedSettings({
  settings: { fields },
}: Pick<Calibration, "settings">): [name: string, value: string][] {
  const told = (name: string, unit: string, of: (field: FieldSettings) => number): [string, string] => [
    name,
    `${formatNumber(medianOf(fields.map(of)))} ${unit}`,
  ];
  return [
    ["Fields of view", `${fields.length}, one per image`],
    told("Diameter of nuclei", "px", diameter),
    told("Covered by nuclei", "of the area", ({ nuclei }) => typical(nuclei.coverage)),
    ...(fields.every(({ optics }) => optics.kind === "gaussian")
      ? [
          told("Blur (standard deviation)", "px", ({ optics }) =>
            optics.kind === "gaussian" ? typical(optics.sigmaPx) : 0,
          ),
        ]
      : []),
    told("Light of a nucleus", "photons per pixel", ({ nucleusPhotons }) => typical(nucleusPhotons)),
    told("Light of the background", "photons per pixel", ({ background }) => typical(background.photons)),
    told("Camera", "bits", ({ camera }) => camera.bitDepth),
  ];
}

/** Diameter of a typical nucleus of a field, in pixels of the image. */
function diameter({ nuclei: { traits } }: FieldSettings): number {
  return "resampled" in traits
    ? medianOf(traits.resampled.map(({ diameterPx }) => diameterPx))
    : typical(traits.diameterPx);
}
