import type { Plane } from "../../core/plane.ts";
import type { ProfileRecord } from "../record.ts";
import type { SuperResolveContext } from "./jobs/context.ts";
import type { Reconstruction } from "./reconstructions.ts";

/** Arms whose grey levels are drawn, with the poor image and the truth; more lines nobody can tell apart. */
const SHOWN_ARMS = ["experimental", "mathematical", "generated"];

/** Pixels along a line. */
const LENGTH_PX = 96;

/** Grey levels along the liveliest row of the two liveliest held-out fields. */
export function lineProfiles(
  { plan, pixelSizeUm }: SuperResolveContext,
  reconstructions: readonly Reconstruction[],
): ProfileRecord[] {
  return reconstructions.slice(0, 2).map(({ name, truth, low, results }) => {
    const length = Math.min(LENGTH_PX, truth.width);
    const { row, left } = liveliestLine(truth, length);
    const along = (plane: Plane) => [
      ...plane.data.subarray(row * plane.width + left, row * plane.width + left + length),
    ];
    const arms = plan.arms.filter((arm) => SHOWN_ARMS.includes(arm.name) && results[arm.name]);
    return {
      title: `${name}, row ${row}`,
      unit: pixelSizeUm === undefined ? "px" : "µm",
      positions: Array.from({ length }, (_, x) => x * (pixelSizeUm ?? 1)),
      series: [
        { name: "Truth", values: along(truth) },
        { name: "Input", values: along(low) },
        ...arms.map((arm) => ({ name: arm.title, values: along(results[arm.name]![0]!) })),
      ],
    };
  });
}

/** Row and first column of the stretch of a plane with the most ups and downs. */
function liveliestLine({ data, height, width }: Plane, length: number): { row: number; left: number } {
  let best = { row: 0, left: 0, changes: -1 };
  for (let row = 0; row < height; row += 4)
    for (let left = 0; left + length <= width; left += 16) {
      let changes = 0;
      for (let x = left + 1; x < left + length; x++)
        changes += (data[row * width + x]! - data[row * width + x - 1]!) ** 2;
      if (changes > best.changes) best = { row, left, changes };
    }
  return best;
}
