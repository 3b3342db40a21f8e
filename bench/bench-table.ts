import type { BenchRow, PeerCost } from "./bench-row.ts";

type Cell = string | number | null | undefined;

/** Columns in their order; those in which no row has anything are left out, but for the first and the peer's. */
const columns: readonly { readonly title: string; readonly optional?: boolean; cell(row: BenchRow): Cell }[] = [
  { title: "case", cell: ({ name }) => name },
  { title: "ours ms", cell: ({ ours }) => ours.medianMs },
  { title: "PEER ms", cell: ({ peer }) => peer?.medianMs },
  { title: "ratio", cell: ({ timeRatio }) => timeRatio },
  { title: "compiled ms", optional: true, cell: (row) => compiledIn(row)?.medianMs },
  { title: "ratio", optional: true, cell: (row) => compiledIn(row)?.timeRatio },
  { title: "floor ms", optional: true, cell: ({ floorMs }) => floorMs },
  { title: "reached", optional: true, cell: ({ reached }) => reached },
  { title: "ours MB", cell: ({ ours }) => ours.peakMb },
  { title: "peer MB", cell: ({ peer }) => peer?.peakMb },
  { title: "ratio", cell: ({ memoryRatio }) => memoryRatio },
  { title: "compiled MB", optional: true, cell: (row) => compiledIn(row)?.peakMb },
];

/** Rows of a bench as a table for the terminal. */
export function benchTable(rows: readonly BenchRow[]): string {
  const peer = rows.find((row) => row.peer)?.peer;
  const shown = columns.filter(({ optional, cell }) => !optional || rows.some((row) => cell(row) !== undefined));
  const header = shown.map(({ title }) => title.replace("PEER", peer ? `${peer.name} ${peer.version}` : "peer"));
  const body = rows.map((row) => shown.map(({ cell }) => `${cell(row) ?? ""}`));
  const widths = header.map((title, column) => Math.max(title.length, ...body.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join("  ");
  return [header, widths.map((width) => "-".repeat(width)), ...body].map(line).join("\n");
}

function compiledIn({ compiled }: BenchRow): (PeerCost & { readonly timeRatio: number }) | undefined {
  return compiled && "medianMs" in compiled ? compiled : undefined;
}
