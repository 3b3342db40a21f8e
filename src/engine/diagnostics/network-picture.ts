/** A network as a picture: a column of blocks in the order in which data meets them, with a table beside them. */

import { formatShape } from "../../core/shape.ts";
import type { Layer, LayerKind } from "./layer-table.ts";

/** What stands above the picture. */
export interface PictureOptions {
  readonly title: string;
  /** What `share` is a part of, such as "training step, 8 images of 128²". */
  readonly timeOf?: string;
}

/** Colours of Okabe and Ito by what a layer does; written out, because files in documents have no style sheet. */
const COLOURS: Readonly<Record<LayerKind, string>> = {
  convolution: "#0072b2",
  product: "#d55e00",
  normalisation: "#009e73",
  other: "#cc79a7",
};

const [INK, SOFT, LINE, PAPER] = ["#1b1f24", "#5c6570", "#e1e4e8", "#ffffff"];

/** Columns in pixels: where texts begin or end, and where blocks and bars lie. */
const [WIDTH, MARGIN, ROW, HEAD, FOOT] = [850, 16, 26, 76, 44];
const BLOCK = { centre: 318, width: 176, height: 22 };
const [SHAPE_END, PARAMETERS_END, BAR, BAR_WIDTH] = [612, 704, 718, 64];

/** Longest name that fits into its column. */
const LONGEST_NAME = 30;

/**
 * SVG of a network: the same table gives the same bytes. Blocks are as wide as they have channels and as high as their images (both on a scale of
 * doublings), coloured by what the layer does; bars are parts of a step's time.
 */
export function networkPicture(layers: readonly Layer[], { title, timeOf = "time" }: PictureOptions): string {
  const scale = scaleOf(layers);
  const height = HEAD + layers.length * ROW + FOOT;
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const hasShares = layers.some(({ share }) => share !== undefined);
  const most = Math.max(...layers.map(({ share = 0 }) => share), 1e-9);
  const rows = layers.map((layer, index) => row(layer, HEAD + index * ROW, scale, hasShares ? most : undefined));
  const heads = [
    text("part", MARGIN, HEAD - 12, { fill: SOFT }),
    text("channels × size", BLOCK.centre, HEAD - 12, { fill: SOFT, anchor: "middle" }),
    text("shape", SHAPE_END, HEAD - 12, { fill: SOFT, anchor: "end" }),
    text("parameters", PARAMETERS_END, HEAD - 12, { fill: SOFT, anchor: "end" }),
    ...(hasShares ? [text("time", BAR, HEAD - 12, { fill: SOFT })] : []),
  ];
  const told = `${layers.length} parts, ${count(parameters)} parameters${hasShares ? `; time: share of a ${timeOf}` : ""}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, Helvetica, Arial, sans-serif">`,
    `<rect width="${WIDTH}" height="${height}" fill="${PAPER}"/>`,
    text(title, MARGIN, 26, { size: 16, weight: 600 }),
    text(told, MARGIN, 45, { fill: SOFT }),
    ...heads,
    `<path d="M${MARGIN} ${HEAD - 4}H${WIDTH - MARGIN}" stroke="${LINE}"/>`,
    ...rows,
    ...legend(layers, height - 16),
    "</svg>",
    "",
  ].join("\n");
}

function row(layer: Layer, top: number, scale: Scale, most: number | undefined): string {
  const { name, kind, shape, parameters, share = 0 } = layer;
  const [width, height] = [round(scale.width(layer)), round(scale.height(layer))];
  const middle = top + ROW / 2;
  const baseline = middle + 4;
  const box = `x="${round(BLOCK.centre - width / 2)}" y="${round(middle - height / 2)}" width="${width}" height="${height}"`;
  const bar = most === undefined ? 0 : round((share / most) * (BAR_WIDTH - 2));
  return [
    `<g><title>${escaped(`${name}: ${kind}, ${formatShape(shape)}, ${parameters} parameters`)}</title>`,
    text(shortened(name), MARGIN, baseline),
    `<rect class="block" ${box} rx="2" fill="${COLOURS[kind]}"/>`,
    text(shape.join(" × "), SHAPE_END, baseline, { anchor: "end" }),
    text(parameters > 0 ? count(parameters) : "–", PARAMETERS_END, baseline, { anchor: "end" }),
    ...(most === undefined
      ? []
      : [
          `<rect class="bar" x="${BAR}" y="${middle - 5}" width="${Math.max(bar, 1)}" height="10" fill="${SOFT}"/>`,
          text(`${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`, WIDTH - MARGIN, baseline, { anchor: "end" }),
        ]),
    "</g>",
  ].join("");
}

interface Scale {
  width(layer: Layer): number;
  height(layer: Layer): number;
}

/** Doublings of channels and of image sides, from the least to the most in the network. */
function scaleOf(layers: readonly Layer[]): Scale {
  const channels = ({ shape }: Layer) => Math.log2(shape[1] ?? 1);
  const side = ({ shape }: Layer) => (shape.length === 4 ? Math.log2(shape[2]!) : 0);
  const between = (of: (layer: Layer) => number, least: number, most: number) => {
    const [low, high] = [Math.min(...layers.map(of)), Math.max(...layers.map(of))];
    return (layer: Layer) => (high > low ? least + ((of(layer) - low) / (high - low)) * (most - least) : most);
  };
  return { width: between(channels, 10, BLOCK.width), height: between(side, 5, BLOCK.height) };
}

function legend(layers: readonly Layer[], baseline: number): string[] {
  const kinds = (Object.keys(COLOURS) as LayerKind[]).filter((kind) => layers.some((layer) => layer.kind === kind));
  return kinds.map((kind, index) => {
    const x = MARGIN + index * 130;
    return `<rect class="key" x="${x}" y="${baseline - 10}" width="12" height="12" rx="2" fill="${COLOURS[kind]}"/>${text(kind, x + 18, baseline)}`;
  });
}

interface TextStyle {
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly weight?: number;
  readonly fill?: string;
}

function text(words: string, x: number, y: number, style: TextStyle = {}): string {
  const { anchor = "start", size = 12, weight = 400, fill = INK } = style;
  const how = `${anchor === "start" ? "" : ` text-anchor="${anchor}"`}${weight === 400 ? "" : ` font-weight="${weight}"`}`;
  return `<text x="${x}" y="${y}" font-size="${size}"${how} fill="${fill}">${escaped(words)}</text>`;
}

/** The end of a name says more than its beginning. */
function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `…${name.slice(1 - LONGEST_NAME)}` : name;
}

/** A number with a blank between thousands. */
function count(number: number): string {
  return `${number}`.replace(/\B(?=(\d{3})+$)/g, " ");
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
