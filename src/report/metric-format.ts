import { formatDecimals, formatSigned } from "./format.ts";

/** What is known of a metric by its name. */
interface Metric {
  /** Behind the name in headings: what one of it is. */
  readonly unit?: string;
  /** Decimals that a reader can make something of; 3 when left out. */
  readonly decimals?: number;
  /** In plain words, for the reader who meets it for the first time. */
  readonly meaning?: string;
}

/** Metrics of super-resolution; those of segmentation are shares, printed with three decimals and told by their names. */
const metrics: Readonly<Record<string, Metric>> = {
  PSNR: {
    unit: "dB",
    decimals: 2,
    meaning: "Pixel error on a logarithmic scale: 3 dB more is half the squared error, 0.2 dB begins to show.",
  },
  "MS-SSIM": { meaning: "Likeness of structure, fine to coarse: 1 is equal." },
  "FRC cut-off": {
    unit: "share of Nyquist",
    meaning: "Finest detail on which result and truth agree: 1 is all that the pixels can show.",
  },
  SSIM: { meaning: "Likeness of structure in small windows: 1 is equal." },
  NRMSE: { meaning: "Pixel error over the size of the truth: lower is better." },
};

/** How the numbers of a metric are printed: the same wherever it stands. */
export interface MetricFormat {
  /** Name with unit: `PSNR [dB]`. */
  readonly heading: string;
  readonly unit?: string;
  readonly meaning?: string;
  score(value: number): string;
  interval(low: number, high: number): string;
  /** With its sign. */
  difference(value: number): string;
  differenceInterval(low: number, high: number): string;
}

/** Format of a metric by its name; an unknown one is a share with three decimals. */
export function metricFormat(name: string): MetricFormat {
  const { unit, decimals = 3, meaning } = Object.hasOwn(metrics, name) ? metrics[name]! : {};
  const score = (value: number) => formatDecimals(value, decimals);
  const difference = (value: number) => formatSigned(value, decimals);
  return {
    heading: unit === undefined ? name : `${name} [${unit}]`,
    ...(unit !== undefined && { unit }),
    ...(meaning !== undefined && { meaning }),
    score,
    interval: (low, high) => `${score(low)}${low < 0 ? " to " : "–"}${score(high)}`,
    difference,
    differenceInterval: (low, high) => `${difference(low)} to ${difference(high)}`,
  };
}
