/** What one side needed. */
export interface Cost {
  readonly medianMs: number;
  /** Fastest run: what the machine can do when nothing else wants it. */
  readonly minMs: number;
  readonly peakMb: number;
}

/** What a peer needed; ratios are ours over the peer's. */
export interface PeerCost extends Cost {
  readonly name: string;
  readonly version: string;
}

/** One line of the result; `peer` and the ratios (ours / peer) are null where the peer is not installed. */
export interface BenchRow {
  readonly name: string;
  readonly ours: Cost;
  readonly peer: PeerCost | null;
  readonly timeRatio: number | null;
  readonly memoryRatio: number | null;
  /** The peer as compiled with its own ratios, or why there is none; left out where nobody asked. */
  readonly compiled?:
    | (PeerCost & { readonly timeRatio: number; readonly memoryRatio: number })
    | { readonly absent: string };
  /** Floating-point operations of the convolutions and products in this work. */
  readonly operations?: number;
  /** Time that the operations of this work take at the peak of this machine. */
  readonly floorMs?: number;
  /** Share of that peak that our fastest run reached, 0 to 1: both as little disturbed by other programs as it gets. */
  readonly reached?: number;
}
