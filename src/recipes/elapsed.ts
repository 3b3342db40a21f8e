import type { RunFolder } from "./run-folder.ts";

/** When a run was first started, and its working time over all starts: the sum of stretches between the events that bound them. */
export async function elapsed(folder: RunFolder): Promise<{ startedAt: string; seconds: number }> {
  const events = await folder.readEvents();
  let seconds = 0;
  let open: number | undefined;
  for (const { at, event } of events) {
    if (event === "start" || event === "continue") open = Date.parse(at);
    else if (event === "job" && open !== undefined) {
      seconds += (Date.parse(at) - open) / 1000;
      open = Date.parse(at);
    }
  }
  return { startedAt: events[0]?.at ?? new Date().toISOString(), seconds };
}
