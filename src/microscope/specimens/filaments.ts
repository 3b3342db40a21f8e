import { UnitError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import { checkRange, type Distribution, draw } from "../distribution.ts";
import { type FieldUm, type Filament, filamentLengthUm, isInField } from "./filament.ts";
import { type BundleSettings, bundle } from "./filament-bundle.ts";
import { wormLikeChain } from "./worm-like-chain.ts";

/** How many paths there are. A bundle is one path. */
export type FilamentAmount =
  /** Paths that reach into the field. */
  | { readonly count: Distribution }
  /** Paths per µm² of the specimen, by their middles (scattered), or reaching the field per µm² of it (aster). */
  | { readonly densityPerUm2: Distribution };

/** Where paths lie and how they run. */
export type FilamentArrangement =
  /** Anywhere; directions from `directionDeg`, from +x towards +y, by default all alike. */
  | { readonly kind: "scattered"; readonly directionDeg?: Distribution }
  /**
   * Outwards from a centre such as the centrosome, which lies `centreUm` from the middle of the field, in it or outside; paths begin
   * `startRadiusUm` away from it.
   */
  | {
      readonly kind: "aster";
      readonly centreUm: { readonly x: Distribution; readonly y: Distribution };
      readonly startRadiusUm: Distribution;
    };

/** A network of filaments. Lengths in µm; distributions are drawn anew for every path (the amount and the centre once). */
export interface FilamentSettings {
  readonly amount: FilamentAmount;
  /** Contour length of a path. */
  readonly lengthUm: Distribution;
  /**
   * Stiffness. Microtubules in water have 1000 to 8000 µm; in cells forces bend them into paths with an apparent 20 to 30 µm.
   *
   * @see Gittes et al., J. Cell Biol. 120, 923 (1993); Brangwynne, MacKintosh & Weitz, PNAS 104, 16128 (2007)
   */
  readonly persistenceLengthUm: Distribution;
  /** Turn that a path has without fluctuation, rad/µm, either sign; default 0. */
  readonly curvaturePerUm?: Distribution;
  readonly arrangement: FilamentArrangement;
  readonly bundles?: BundleSettings;
  /** Thickness of the specimen in µm; without it everything lies in one plane, z = 0. */
  readonly depthUm?: number;
  /** Length of one straight piece; default 0.05 µm. */
  readonly stepUm?: number;
}

/** How often in a row a path may miss the field before we give up. */
const PATIENCE = 20_000;

/**
 * Insists on filaments that can exist.
 *
 * @throws {@link UnitError} naming the setting
 */
export function checkFilaments(where: string, settings: FilamentSettings): void {
  const { amount, arrangement, bundles, depthUm, stepUm = 0.05 } = settings;
  if ("count" in amount) checkRange(`${where}.amount.count`, amount.count, { min: 0 });
  else checkRange(`${where}.amount.densityPerUm2`, amount.densityPerUm2, { min: 0, unit: "per µm²" });
  checkRange(`${where}.lengthUm`, settings.lengthUm, { min: 1e-3, unit: "µm" });
  checkRange(`${where}.stepUm`, stepUm, { min: 1e-3, unit: "µm" });
  // A step of a tenth of P still turns by only 0.3 rad.
  checkRange(`${where}.persistenceLengthUm`, settings.persistenceLengthUm, { min: 10 * stepUm, unit: "µm" });
  if (settings.curvaturePerUm !== undefined)
    checkRange(`${where}.curvaturePerUm`, settings.curvaturePerUm, { unit: "rad/µm" });
  if (depthUm !== undefined) checkRange(`${where}.depthUm`, depthUm, { min: 1e-3, unit: "µm" });
  if (arrangement.kind === "aster")
    checkRange(`${where}.arrangement.startRadiusUm`, arrangement.startRadiusUm, { min: 0, unit: "µm" });
  if (!bundles) return;
  checkRange(`${where}.bundles.share`, bundles.share, { min: 0, max: 1 });
  checkRange(`${where}.bundles.filaments`, bundles.filaments, { min: 1 });
  checkRange(`${where}.bundles.spacingUm`, bundles.spacingUm, { min: 0, unit: "µm" });
}

const reaches = ({ pointsUm }: Filament, field: FieldUm) => {
  for (let i = 0; i < pointsUm.length; i += 3) if (isInField(pointsUm[i]!, pointsUm[i + 1]!, field)) return true;
  return false;
};

/** Two halves that leave one point in opposite directions, as one filament. */
function joined(back: Filament, forth: Filament): Filament {
  const vertices = back.pointsUm.length / 3 + forth.pointsUm.length / 3 - 1;
  const pointsUm = new Float64Array(3 * vertices);
  for (let i = 0; i < back.pointsUm.length; i += 3)
    pointsUm.set(back.pointsUm.subarray(i, i + 3), back.pointsUm.length - 3 - i);
  pointsUm.set(forth.pointsUm, back.pointsUm.length - 3);
  return { pointsUm };
}

/** Makes one path after the other; `undefined` for one that was seen beforehand to miss the field. */
function pathMaker(settings: FilamentSettings, field: FieldUm, marginUm: number, random: Random) {
  const { arrangement, depthUm, stepUm = 0.05 } = settings;
  const centre = { x: field.widthUm / 2, y: field.heightUm / 2 };
  if (arrangement.kind === "aster") {
    centre.x += draw(arrangement.centreUm.x, random);
    centre.y += draw(arrangement.centreUm.y, random);
  }
  const gapUm = (x: number, y: number) =>
    Math.hypot(Math.max(0, -x, x - field.widthUm), Math.max(0, -y, y - field.heightUm));
  return (): Filament | undefined => {
    const lengthUm = draw(settings.lengthUm, random);
    const chain = {
      persistenceLengthUm: draw(settings.persistenceLengthUm, random),
      curvaturePerUm: draw(settings.curvaturePerUm ?? 0, random),
      stepUm,
      ...(depthUm === undefined ? {} : { dimensions: 3 as const, depthUm }),
    };
    const z = depthUm === undefined ? 0 : random.between(0, depthUm);
    if (arrangement.kind === "aster") {
      const angle = random.between(0, 2 * Math.PI);
      const radius = draw(arrangement.startRadiusUm, random);
      const startUm = [centre.x + radius * Math.cos(angle), centre.y + radius * Math.sin(angle), z] as const;
      if (gapUm(startUm[0], startUm[1]) > lengthUm) return undefined;
      return wormLikeChain({ ...chain, lengthUm, startUm, azimuthRad: angle }, random);
    }
    const directionDeg = draw(arrangement.directionDeg ?? { uniform: [0, 360] }, random);
    const x = random.between(-marginUm, field.widthUm + marginUm);
    const y = random.between(-marginUm, field.heightUm + marginUm);
    if (gapUm(x, y) > lengthUm / 2) return undefined;
    // A chain grown both ways from its middle is as random as one grown from its end, and its middle lies where we want it.
    const half = { ...chain, lengthUm: lengthUm / 2, startUm: [x, y, z] as const };
    const azimuthRad = (directionDeg * Math.PI) / 180;
    const forth = wormLikeChain({ ...half, azimuthRad }, random);
    const back = { ...half, azimuthRad: azimuthRad + Math.PI, curvaturePerUm: -half.curvaturePerUm };
    return joined(wormLikeChain(back, random), forth);
  };
}

/**
 * Filaments of a field, as lines: the truth that images are made from.
 *
 * Scattered paths also begin outside the field, so that its edges are as full as its middle. Those that miss it are left out;
 * the others keep their parts beyond its edges.
 *
 * @throws {@link UnitError} for settings that cannot be, or when no path reaches the field
 */
export function filaments(settings: FilamentSettings, field: FieldUm, random: Random): Filament[] {
  checkFilaments("filaments", settings);
  checkRange("filaments.field", { values: [field.heightUm, field.widthUm] }, { min: 1e-3, unit: "µm" });
  const { amount, bundles, arrangement } = settings;
  const lengths = random.fork("margin");
  // The longest of many draws stands in for a length that has no upper bound.
  const longest = Array.from({ length: 256 }, () => draw(settings.lengthUm, lengths)).reduce((a, b) => Math.max(a, b));
  const marginUm = longest / 2;
  const amounts = random.fork("amount");
  const isScattered = arrangement.kind === "scattered";
  const areaUm2 = isScattered
    ? (field.widthUm + 2 * marginUm) * (field.heightUm + 2 * marginUm)
    : field.widthUm * field.heightUm;
  const wanted =
    "count" in amount
      ? Math.round(draw(amount.count, amounts))
      : amounts.poisson(areaUm2 * draw(amount.densityPerUm2, amounts));
  // A density of scattered paths counts those that miss the field too; everything else counts paths that reach it.
  const countsMisses = isScattered && "densityPerUm2" in amount;

  const nextPath = pathMaker(settings, field, marginUm, random.fork("paths"));
  const bundling = random.fork("bundles");
  const result: Filament[] = [];
  for (let made = 0, misses = 0; made < wanted; ) {
    const path = nextPath();
    const isHit = path !== undefined && reaches(path, field);
    if (isHit || countsMisses) made++;
    misses = isHit ? 0 : misses + 1;
    if (isHit) {
      if (bundles && bundling.uniform() < bundles.share) result.push(...bundle(path, bundles, bundling));
      else result.push(path);
    }
    if (misses > PATIENCE && !countsMisses)
      throw new UnitError({
        where: "filaments.arrangement",
        expected: "paths that reach the field",
        received: `${PATIENCE} in a row that miss it`,
        fix: "Make the filaments longer, or move the centre of the aster nearer.",
      });
  }
  return result.filter((filament) => filamentLengthUm(filament) > 0);
}
