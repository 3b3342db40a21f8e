import type { Plane } from "../../core/plane.ts";
import { writeRgbPng } from "../../data/formats/rgb-png.ts";
import { partOf } from "../../image/part-of.ts";
import type { RgbImage } from "../../image/rgb-image.ts";
import { sheet } from "../../image/sheet.ts";
import { equalisedPicture } from "../../metrics/equalised-picture.ts";
import { ensembleOf } from "../../tasks/super-resolve/ensemble.ts";
import type { Picture } from "../record.ts";
import type { Fields } from "./fields.ts";
import { heldOutPatches } from "./held-out.ts";
import { type SuperResolveContext, syntheticFolder } from "./jobs/context.ts";
import { noveltyPicture } from "./jobs/generate.ts";
import { planesOf } from "./pairs.ts";
import type { Reconstruction } from "./reconstructions.ts";

/** Tiles of a contact sheet. */
const SHEET = { tiles: 32, columns: 8 };

/** Edge of the part of a field that is shown beside others. */
const SHOWN_PX = 128;

/** Draws the pictures of a run into `pictures/`: what a reader wants to look at before any number. */
export async function drawPictures(
  context: SuperResolveContext,
  fields: Fields,
  reconstructions: readonly Reconstruction[],
): Promise<Picture[]> {
  const { folder, plan, recipe } = context;
  const seed = plan.seeds[0]!;
  const pictures: Picture[] = [];
  const put = async (file: string, image: RgbImage, picture: Omit<Picture, "file">) => {
    const name = `pictures/${file}.png`;
    await writeRgbPng(folder.file(name), image);
    pictures.push({ ...picture, file: name });
  };

  const sets = [
    ["real", "Real, held out", heldOutPatches(recipe, fields, SHEET.tiles).map(({ image }) => image)],
    ["mathematical", "Mathematical model", await planesOf(syntheticFolder(folder, "mathematical", seed))],
    ["generated", "Generated", await planesOf(syntheticFolder(folder, "generated", seed))],
  ] as const;
  const captions = {
    real: "Sharp patches of fields that nothing learned from.",
    mathematical: "Drawn filaments.",
    generated: "From the diffusion model, one after the other, none left out.",
  };
  for (const [file, title, planes] of sets) {
    const tiles = planes.slice(0, SHEET.tiles);
    await put(file, sheet(tiles, { columns: SHEET.columns, contrast: { black: 0, white: 1 } }), {
      role: "comparison",
      title,
      caption: `${captions[file]} All on one grey scale.`,
    });
    await put(`${file}-equalised`, sheet(tiles.map(equalisedPicture), { columns: SHEET.columns }), {
      role: "equalised",
      title: `${title}, equalised`,
      caption: "Local contrast stretched until faint structure and noise show.",
    });
  }
  for (const each of plan.seeds)
    pictures.push({
      role: "novelty",
      title: `Closest pairs, seed ${each}`,
      caption:
        "The generated images that are most like a real one: generated, what it is most like, and the difference.",
      file: noveltyPicture(each),
    });
  await drawReconstructions(context, reconstructions, put);
  return pictures;
}

type Put = (file: string, image: RgbImage, picture: Omit<Picture, "file">) => Promise<void>;

/** Input, arms and truth of the liveliest held-out fields in rows; and where the models of several seeds disagree. */
async function drawReconstructions(
  { plan }: SuperResolveContext,
  reconstructions: readonly Reconstruction[],
  put: Put,
): Promise<void> {
  const arms = plan.arms.filter(({ name }) => name !== "input");
  const rows = reconstructions.map(({ truth, low, results }) => [
    low,
    ...arms.map(({ name }) => results[name]![0]!),
    truth,
  ]);
  await put(
    "reconstructions",
    sheet(rows.flat().map(middle), { columns: arms.length + 2, contrast: { black: 0, white: 1 } }),
    {
      role: "reconstruction",
      title: "Held-out fields",
      caption: `Columns: input; ${arms.map(({ title }) => title.toLowerCase()).join("; ")}; truth. First seed, one grey scale.`,
    },
  );
  if (plan.seeds.length < 2) return;
  const disagreements = reconstructions.flatMap(({ truth, results }) => {
    const { mean, disagreement } = ensembleOf(results.generated!);
    const error = { ...mean, data: mean.data.map((value, i) => Math.abs(value - truth.data[i]!)) };
    return [mean, amplified(disagreement), amplified(error)];
  });
  await put("disagreement", sheet(disagreements.map(middle), { columns: 3, contrast: { black: 0, white: 1 } }), {
    role: "disagreement",
    title: "Where the seeds disagree",
    caption: `Columns: mean of ${plan.seeds.length} models trained on generated images; their standard deviation × ${AMPLIFIED}; the error × ${AMPLIFIED}.`,
  });
}

/** Errors are too small to see as they are. */
const AMPLIFIED = 8;

function amplified(plane: Plane): Plane {
  return { ...plane, data: plane.data.map((value) => AMPLIFIED * value) };
}

/** Middle of a field. */
function middle(plane: Plane): Plane {
  const edge = Math.min(SHOWN_PX, plane.height, plane.width);
  const [top, left] = [Math.floor((plane.height - edge) / 2), Math.floor((plane.width - edge) / 2)];
  return partOf(plane, { top, left, height: edge, width: edge });
}
