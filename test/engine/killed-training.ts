/** Program for train.test.ts: trains into the checkpoint file it is given and says every step, so that it can be killed at any. */

import { tinyTraining } from "./tiny-training.ts";

await tinyTraining({
  checkpointFile: process.argv[2]!,
  checkpointEvery: { steps: 3 },
  onProgress: ({ done }) => process.stdout.write(`${done}\n`),
});
