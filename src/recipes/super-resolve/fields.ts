import { DataError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import { random } from "../../core/random.ts";
import type { Item } from "../../data/dataset.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { brightestChannel, unitPlane } from "../../data/unit-plane.ts";
import { partOf } from "../../image/part-of.ts";
import { standardDeviation } from "../../image/standard-deviation.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** A field of view on the unit scale: sharp, and where it was recorded twice also poor. */
export interface Field {
  readonly name: string;
  readonly group: string;
  /** `[H, W]` */
  readonly high: Plane;
  /** `[H / scale, W / scale]` */
  readonly low?: Plane;
}

/** Fields of a run by what they are for. */
export interface Fields {
  /** What the generator may learn from. */
  readonly learn: readonly Field[];
  /** Those of them whose pairs the experimental arms learn from, and the degradation is fitted to. */
  readonly paired: readonly Field[];
  /** Real fields that nothing learns from and nothing is scored on: the null of the novelty audit. */
  readonly spare: readonly Field[];
  readonly test: readonly Field[];
}

/**
 * The fields of a recipe, cut, split and on the unit scale; the same whenever asked.
 *
 * @throws {@link DataError} when there is too little to learn from or nothing left to score on
 */
export async function openFields(recipe: SuperResolveRecipe, realFolder: string, testFolder?: string): Promise<Fields> {
  const { tilePx, learnFrom, paired, holdOut, gapPx } = recipe.fields;
  const whole = await readFields(realFolder, recipe);
  const above = testFolder === undefined ? 1 - holdOut : 1;
  const rows = ({ high }: Field) =>
    testFolder === undefined ? wholeRows(high.height * above, recipe.scale) : high.height;
  const upper = whole.map((field) =>
    part(field, { top: 0, bottom: rows(field) - (testFolder ? 0 : gapPx) }, recipe.scale),
  );
  const learnable = upper.flatMap((field) => tiles(unit(field), tilePx, recipe.scale)).filter(isLively);
  const shuffled = random(recipe.seed).fork("fields").shuffle(learnable);
  const count = Math.min(learnFrom ?? shuffled.length, shuffled.length);
  const tested = testFolder
    ? await readFields(testFolder, recipe)
    : whole.map((field) => part(field, { top: rows(field), bottom: field.high.height }, recipe.scale));
  const test = tested
    .flatMap((field, k) => tiles(unit(field), tilePx, recipe.scale, testFolder ? 0 : rows(whole[k]!)))
    .filter(isLively);
  if (count < 2)
    throw new DataError({
      where: realFolder,
      expected: `at least 2 fields of ${tilePx} x ${tilePx} pixels to learn from`,
      received: `${count}`,
      fix: "Add images, or set fields.tilePx to a smaller edge.",
    });
  if (test.length === 0)
    throw new DataError({
      where: testFolder ?? realFolder,
      expected: `a field of at least ${tilePx} pixels to score on`,
      received: "none",
      fix: "Set fields.tilePx to a smaller edge, or fields.holdOut to a larger share.",
    });
  if (paired !== undefined && paired > count)
    throw new DataError({
      where: realFolder,
      expected: `at most ${count} fields with partners (fields.paired), since there are no more to learn from`,
      received: `${paired}`,
      fix: "Set fields.paired to fewer, or fields.learnFrom to more.",
    });
  const learn = shuffled.slice(0, count);
  return { learn, paired: learn.slice(0, paired), spare: shuffled.slice(count), test };
}

/** Images of a folder as fields, in grey levels: of a pair the partner is the sharp one. */
async function readFields(folder: string, { scale, fields: { images } }: SuperResolveRecipe): Promise<Field[]> {
  const dataset = await openDataset(folder);
  const wanted = dataset.entries.flatMap(({ name }, index) => ((images?.includes(name) ?? true) ? [index] : []));
  if (wanted.length === 0)
    throw new DataError({
      where: folder,
      expected: `one of the images ${images!.join(", ")}`,
      received: dataset.entries.map(({ name }) => name).join(", "),
      fix: "Correct fields.images, or leave it out.",
    });
  const fields: Field[] = [];
  for (const index of wanted) fields.push(fieldOf(await dataset.get(index), folder, scale));
  return fields;
}

function fieldOf({ name, group, image, annotations }: Item, folder: string, scale: number): Field {
  const { partner } = annotations;
  if (!partner) return { name, group, high: brightestChannel(image) };
  if (partner.height !== image.height * scale || partner.width !== image.width * scale)
    throw new DataError({
      where: `${folder}, ${name}`,
      expected: `a sharp image of ${image.width * scale} x ${image.height * scale} pixels (scale ${scale})`,
      received: `${partner.width} x ${partner.height}`,
      fix: "Set scale to the true ratio of the two grids, or crop the images to the same field.",
    });
  return { name, group, high: brightestChannel(partner), low: brightestChannel(image) };
}

function wholeRows(rows: number, scale: number): number {
  return Math.floor(rows / scale) * scale;
}

/** Rows of a field, in pixels of the sharp image. */
function part(field: Field, { top, bottom }: { readonly top: number; readonly bottom: number }, scale: number): Field {
  const from = wholeRows(top, scale);
  const to = wholeRows(bottom, scale);
  return {
    ...field,
    high: partOf(field.high, { top: from, left: 0, height: Math.max(0, to - from), width: field.high.width }),
    ...(field.low
      ? {
          low: partOf(field.low, {
            top: from / scale,
            left: 0,
            height: Math.max(0, to - from) / scale,
            width: field.low.width,
          }),
        }
      : {}),
  };
}

/** Tiles of a field without overlap, named by their place in the image, of which the field begins at row `topPx`; the rest at its right and bottom is left out. */
function tiles(field: Field, tilePx: number, scale: number, topPx = 0): Field[] {
  const found: Field[] = [];
  const { high, low } = field;
  for (let top = 0; top + tilePx <= high.height; top += tilePx)
    for (let left = 0; left + tilePx <= high.width; left += tilePx)
      found.push({
        name: `${field.name} (${left}, ${topPx + top})`,
        group: field.group,
        high: partOf(high, { top, left, height: tilePx, width: tilePx }),
        ...(low
          ? {
              low: partOf(low, { top: top / scale, left: left / scale, height: tilePx / scale, width: tilePx / scale }),
            }
          : {}),
      });
  return found;
}

/** Fields whose grey levels vary less than this show nothing to learn from or to score on. */
export const LEAST_CONTRAST = 0.05;

/** Whether a field shows something. */
function isLively({ high }: Field): boolean {
  return standardDeviation(high) >= LEAST_CONTRAST;
}

/** Both images of a field on the unit scale, each by its own percentiles. */
function unit(field: Field): Field {
  return { ...field, high: unitPlane(field.high), ...(field.low ? { low: unitPlane(field.low) } : {}) };
}
