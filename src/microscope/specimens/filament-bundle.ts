import type { Random } from "../../core/random.ts";
import { type Distribution, draw } from "../distribution.ts";
import type { Filament } from "./filament.ts";

/** Filaments that run side by side. */
export interface BundleSettings {
  /** Share of the paths that are bundles rather than single filaments, 0…1. */
  readonly share: number;
  /** Filaments in one bundle, itself counted. */
  readonly filaments: Distribution;
  /** Distance from one filament to the next across the bundle, in µm; microtubules in bundles lie 0.03 to 0.1 µm apart. */
  readonly spacingUm: Distribution;
}

/** Length over which a filament's place in its bundle changes, in µm. */
const WANDER_UM = 1;

/**
 * Neighbours of a filament: each follows it at a distance that wanders a little, over a random part of its length.
 *
 * @returns the bundle with the given filament first
 */
export function bundle(backbone: Filament, settings: BundleSettings, random: Random): Filament[] {
  const { pointsUm: path } = backbone;
  const vertices = path.length / 3;
  const count = Math.max(1, Math.round(draw(settings.filaments, random)));
  const members: Filament[] = [backbone];
  for (let member = 1; member < count; member++) {
    const spacing = draw(settings.spacingUm, random);
    // Left and right by turns, so that the backbone stays in the middle.
    const place = spacing * Math.ceil(member / 2) * (member % 2 === 0 ? 1 : -1);
    const share = random.between(0.6, 1);
    const kept = Math.max(2, Math.round(share * vertices));
    const first = random.integer(vertices - kept + 1);
    const points = new Float64Array(3 * kept);
    let wander = random.normal();
    for (let i = 0; i < kept; i++) {
      const at = first + i;
      const [before, after] = [Math.max(0, at - 1), Math.min(vertices - 1, at + 1)];
      const dx = path[3 * after]! - path[3 * before]!;
      const dy = path[3 * after + 1]! - path[3 * before + 1]!;
      const dz = path[3 * after + 2]! - path[3 * before + 2]!;
      const along = Math.hypot(dx, dy) || 1;
      // An Ornstein–Uhlenbeck walk: standard deviation 1 everywhere, forgotten over WANDER_UM.
      const memory = Math.exp(-Math.hypot(dx, dy, dz) / (after - before) / WANDER_UM);
      wander = memory * wander + Math.sqrt(1 - memory ** 2) * random.normal();
      const offset = place + 0.25 * spacing * wander;
      points[3 * i] = path[3 * at]! - (offset * dy) / along;
      points[3 * i + 1] = path[3 * at + 1]! + (offset * dx) / along;
      points[3 * i + 2] = path[3 * at + 2]!;
    }
    members.push({ pointsUm: points });
  }
  return members;
}
