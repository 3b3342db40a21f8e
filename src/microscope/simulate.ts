import { emptyPlane, type LabelMap, type Plane } from "../core/plane.ts";
import type { Random } from "../core/random.ts";
import type { Image } from "../data/image.ts";
import { camera } from "./cameras/camera.ts";
import { draw } from "./distribution.ts";
import { smoothField } from "./modalities/smooth-field.ts";
import { type Layer, widefield } from "./modalities/widefield.ts";
import { opticsPsf } from "./optics.ts";
import { checkSettings, type FieldSettings, type MicroscopeSettings } from "./settings.ts";
import { nuclei } from "./specimens/nuclei.ts";

/** A simulated image with the truth it was made from. */
export interface SimulatedScene {
  /** Grey levels, `[1, H, W]`, uint8 or uint16 by the bit depth. */
  readonly image: Image;
  /** One label per nucleus in focus, `[H, W]`. */
  readonly labels: LabelMap;
  /** Which of `settings.fields` was drawn. */
  readonly field: number;
}

/** Excitation relative to its mean: brightest near the centre, tilted in a random direction, `[H, W]`. */
function illumination({ height, width, illumination: lamp }: FieldSettings, random: Random): Plane {
  const vignetting = draw(lamp.vignetting, random);
  const tilt = draw(lamp.tilt, random);
  const angle = random.between(0, 2 * Math.PI);
  const plane = emptyPlane(height, width);
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const v = (2 * y + 1) / height - 1; // −1…1 across the field
      const u = (2 * x + 1) / width - 1;
      const strength =
        (1 - (vignetting * (u * u + v * v)) / 2) * (1 + (tilt / 2) * (u * Math.cos(angle) + v * Math.sin(angle)));
      plane.data[y * width + x] = strength;
      sum += strength;
    }
  const mean = sum / plane.data.length;
  return { ...plane, data: plane.data.map((strength) => strength / mean) };
}

/** The nuclei in focus and two planes of ghosts around them, each with its blur. */
function layers(
  field: FieldSettings,
  pixelSizeUm: MicroscopeSettings["pixelSizeUm"],
  random: Random,
): { layers: Layer[]; labels: LabelMap } {
  const { height, width, optics } = field;
  const brightness = draw(field.nucleusPhotons, random);
  const specimen = nuclei(field.nuclei, { height, width, brightness, random: random.fork("in focus") });
  const psfOf = (focus: "in" | "out") => opticsPsf(optics, { focus, pixelSizeUm, random });
  const focused: Layer = { emission: specimen.emission, psf: psfOf("in") };
  const coverage = draw(field.outOfFocus.coverage, random);
  const level = draw(field.outOfFocus.level, random);
  const ghosts = [0, 1].flatMap((i): Layer[] => {
    if (!(coverage > 0 && level > 0)) return [];
    const { emission } = nuclei(
      { ...field.nuclei, coverage: coverage / 2 },
      { height, width, brightness: brightness * level, random: random.fork("out of focus", i) },
    );
    return [{ emission, psf: psfOf("out") }];
  });
  return { layers: [focused, ...ghosts], labels: specimen.labels };
}

/** Photons per pixel from no nucleus, `[H, W]`. */
function background({ height, width, background: source, nucleusPhotons }: FieldSettings, random: Random): Plane {
  const photons = draw(source.photons, random);
  const drift = draw(source.drift, random) * draw(nucleusPhotons, random);
  const plane = smoothField(height, width, { random });
  return { ...plane, data: plane.data.map((wave) => Math.max(0, photons + drift * wave)) };
}

/**
 * One labelled image: specimen → optics → camera.
 *
 * The same settings and the same state of `random` give the same image; a second call with the same stream gives another one.
 *
 * @throws {@link UnitError} for settings that no microscope can have
 */
export function simulate(settings: MicroscopeSettings, random: Random): SimulatedScene {
  checkSettings(settings);
  const stream = random.fork("simulate", random.word(), random.word());
  const index = stream.integer(settings.fields.length);
  const field = settings.fields[index]!;
  const specimen = layers(field, settings.pixelSizeUm, stream.fork("specimen"));
  const photons = widefield(specimen.layers, {
    illumination: illumination(field, stream.fork("illumination")),
    halo: { share: draw(field.background.haloShare, stream), sigmaPx: draw(field.background.haloSigmaPx, stream) },
    background: background(field, stream.fork("background")),
  });
  const image = camera(photons, field.camera, stream.fork("camera"));
  const { pixelSizeUm } = settings;
  return {
    image: pixelSizeUm === "unknown" ? image : { ...image, pixelSizeUm },
    labels: specimen.labels,
    field: index,
  };
}
