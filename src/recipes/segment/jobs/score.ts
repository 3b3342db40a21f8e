import type { LabelMap, Plane } from "../../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../../core/progress.ts";
import { openDataset } from "../../../data/folder-dataset.ts";
import { writeLabels } from "../../../data/formats/labels.ts";
import { channelPlane } from "../../../data/image.ts";
import { halfMaximumEdges } from "../../../image/half-maximum-edges.ts";
import { withoutSpecks } from "../../../image/instance-maps.ts";
import { classicalSegmentation } from "../../../image/otsu-watershed.ts";
import { type Matching, matchingOverThresholds } from "../../../metrics/matching.ts";
import { loadModel } from "../../../tasks/segment/model-file.ts";
import { openSegmenter, segmentInstances } from "../../../tasks/segment/predict.ts";
import type { Job } from "../../job.ts";
import type { ImageScore } from "../../scored-arm.ts";
import type { SegmentContext } from "./context.ts";
import { segmenterFiles } from "./fit-segmenter.ts";

/** How one model did on one test image. */
export interface SegmentScore extends ImageScore {
  /** At IoU 0.50, 0.55 … 0.95. */
  readonly matchings: readonly Matching[];
}

/** Scores of one arm and seed on every test image; the predicted label maps go to `predictions/ARM-SEED/`. */
export async function scoreJob(
  context: SegmentContext,
  job: Job,
  { signal, onProgress }: WorkOptions,
): Promise<SegmentScore[]> {
  const { testFolder, recipe, folder } = context;
  const test = await openDataset(testFolder!);
  const method = await openMethod(context, job);
  const scores: SegmentScore[] = [];
  for (let index = 0; index < test.length; index++) {
    stopIfCancelled(signal, job.title);
    const item = await test.get(index);
    if (!item.annotations.instances) continue;
    const predicted = await method.predict(channelPlane(item.image));
    const ignore = recipe.ignoreObjectsBelowPx;
    const truth = ignore > 0 ? withoutSpecks(item.annotations.instances, ignore) : item.annotations.instances;
    scores.push({ image: item.name, group: item.group, matchings: matchingOverThresholds(truth, predicted) });
    await writeLabels(folder.file("predictions", `${job.subject}-${job.seed}`, `${item.name}.tif`), predicted);
    onProgress?.({ stage: job.title, done: index + 1, total: test.length });
  }
  await method.release();
  return scores;
}

interface Method {
  predict(plane: Plane): Promise<LabelMap>;
  release(): Promise<void>;
}

async function openMethod(context: SegmentContext, { subject, seed }: Job): Promise<Method> {
  const { refineEdges } = context.recipe.segmenter;
  if (subject === "classical") {
    const refined = (plane: Plane, labels: LabelMap) => (refineEdges ? halfMaximumEdges(labels, plane) : labels);
    return { predict: async (plane) => refined(plane, classicalSegmentation(plane)), release: async () => {} };
  }
  const { state } = loadModel(segmenterFiles(context, subject, seed).weights);
  const segmenter = await openSegmenter([state]);
  return {
    predict: (plane) => segmentInstances(segmenter, plane, { refineEdges }),
    release: () => segmenter.release(),
  };
}
