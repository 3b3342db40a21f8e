import type { Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import type { LocalizationTable } from "../../data/formats/localization-columns.ts";
import { type Distribution, draw } from "../distribution.ts";
import type { Filament } from "../specimens/filament.ts";
import { type Emitters, filamentEmitters, type LabelSettings } from "../specimens/filament-emitters.ts";
import { type FilamentSettings, filaments } from "../specimens/filaments.ts";
import { type BlinkingSettings, blink } from "./blinking.ts";
import { clipOutliers } from "./clip-outliers.ts";
import { type LocalizeSettings, localize } from "./localize.ts";
import { type RenderLocalizationsOptions, renderLocalizations } from "./render-localizations.ts";

/** A single-molecule experiment on filaments, from the specimen to the picture. */
export interface FilamentExperiment {
  readonly filaments: FilamentSettings;
  readonly labels: LabelSettings;
  /** Molecules beside the filaments (unbound dye, misidentified spots) per µm². */
  readonly looseLabelsPerUm2: Distribution;
  readonly blinking: BlinkingSettings;
  readonly localize: LocalizeSettings;
  readonly render: Pick<RenderLocalizationsOptions, "method" | "sigmaNm" | "sigmaLimitsNm">;
}

/** Grid of the picture. */
export interface FilamentPictureOptions {
  readonly height: number;
  readonly width: number;
  readonly pixelSizeUm: number;
}

/** A picture with everything it was made from. */
export interface FilamentPicture {
  /** On the unit scale, outliers clipped as published, `[H, W]`. */
  readonly image: Plane;
  readonly filaments: readonly Filament[];
  readonly table: LocalizationTable;
}

function withLooseLabels(
  bound: Emitters,
  perUm2: number,
  field: { heightUm: number; widthUm: number },
  random: Random,
) {
  const loose = random.poisson(perUm2 * field.heightUm * field.widthUm);
  const axis = (known: Float64Array, size: number) =>
    Float64Array.from({ length: bound.count + loose }, (_, i) => known[i] ?? random.between(0, size));
  return {
    count: bound.count + loose,
    xUm: axis(bound.xUm, field.widthUm),
    yUm: axis(bound.yUm, field.heightUm),
    zUm: axis(bound.zUm, 0),
  };
}

/**
 * Super-resolution picture of simulated filaments: filaments → labels → blinking → localisation → rendering → 0…1.
 *
 * This is the "mathematical model" that learned generators are compared with.
 *
 * @throws {@link UnitError} for settings that cannot be
 */
export function simulateFilaments(
  experiment: FilamentExperiment,
  { height, width, pixelSizeUm }: FilamentPictureOptions,
  random: Random,
): FilamentPicture {
  const field = { heightUm: height * pixelSizeUm, widthUm: width * pixelSizeUm };
  const lines = filaments(experiment.filaments, field, random.fork("filaments"));
  const bound = filamentEmitters(lines, experiment.labels, random.fork("labels"), { field });
  const looseRandom = random.fork("loose labels");
  const emitters = withLooseLabels(bound, draw(experiment.looseLabelsPerUm2, looseRandom), field, looseRandom);
  const blinks = blink(emitters.count, experiment.blinking, random.fork("blinking"));
  const table = localize(emitters, blinks, experiment.localize, random.fork("localize"));
  const image = clipOutliers(renderLocalizations(table, { ...experiment.render, height, width, pixelSizeUm }));
  return { image, filaments: lines, table };
}
