/**
 * The part of OME-XML that we need: how planes make up images, the pixel size, and our own record.
 *
 * @see Goldberg et al., Genome Biology 6:R47 (2005); schema 2016-06
 */
import type { PixelType } from "../image.ts";
import { pixelTypes } from "./pixel-type.ts";

/** What an OME-TIFF says about its planes. */
export interface OmePixels {
  readonly sizeC: number;
  readonly sizeZ: number;
  readonly sizeT: number;
  /** Letters after `XY`, fastest first, such as `CZT`. */
  readonly order: string;
  readonly pixelSizeUm?: number;
  readonly channelNames: readonly string[];
  /** Directory of a plane where the file says so: `[c, z, t, directory, planes]`, counting from 0. */
  readonly planes: readonly (readonly [number, number, number, number, number])[];
  /** Text of the annotation in our namespace. */
  readonly record?: string;
}

/** Lengths in µm of the units that OME knows. */
const unitUm: Readonly<Record<string, number>> = {
  µm: 1,
  μm: 1, // Greek mu, as some writers have it
  um: 1,
  micron: 1,
  nm: 1e-3,
  Å: 1e-4,
  mm: 1e3,
  cm: 1e4,
  m: 1e6,
};

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(#x?[\da-f]+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return entities[name] ?? whole;
    return String.fromCodePoint(/^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
  });
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot" }[letter]};`);
}

/** Attributes of the first element of a name in a text. */
function attributes(xml: string, element: string): Record<string, string> | undefined {
  const match = new RegExp(`<(?:\\w+:)?${element}\\b([^>]*)>`).exec(xml);
  if (!match) return undefined;
  return Object.fromEntries(
    [...match[1]!.matchAll(/(\w+)\s*=\s*"([^"]*)"/g)].map(([, key, value]) => [key, unescapeXml(value!)]),
  );
}

/** Length in µm of a value with OME's or ImageJ's unit; `undefined` for units that are no length, such as pixel. */
export function lengthUm(value: number, unit: string): number | undefined {
  const factor = unitUm[unit] ?? unitUm[unit.toLowerCase()];
  return factor !== undefined && value > 0 && Number.isFinite(value) ? value * factor : undefined;
}

/** One pixel size of two; `undefined` when the pixels are not square within 1 %. */
export function squarePixel(xUm: number | undefined, yUm: number | undefined): number | undefined {
  if (xUm === undefined || yUm === undefined) return xUm ?? yUm;
  return Math.abs(xUm - yUm) <= 0.01 * xUm ? xUm : undefined;
}

/** What the first image of an OME description says; `undefined` when the text is no OME-XML. */
export function parseOme(text: string): OmePixels | undefined {
  if (!/<(?:\w+:)?OME\b/.test(text)) return undefined;
  const pixels = attributes(text, "Pixels");
  if (!pixels) return undefined;
  const image = text.slice(text.search(/<(?:\w+:)?Pixels\b/), text.search(/<\/(?:\w+:)?Pixels>/) >>> 0);
  const size = (axis: string) =>
    lengthUm(Number(pixels[`PhysicalSize${axis}`]), pixels[`PhysicalSize${axis}Unit`] ?? "µm");
  const pixelSizeUm = squarePixel(size("X"), size("Y"));
  const channels = image.match(/<(?:\w+:)?Channel\b[^>]*>/g) ?? [];
  const planes = (image.match(/<(?:\w+:)?TiffData\b[^>]*>/g) ?? []).map((element) => {
    const { FirstC, FirstZ, FirstT, IFD, PlaneCount } = attributes(element, "TiffData")!;
    const count = PlaneCount ?? (IFD === undefined ? Number.POSITIVE_INFINITY : 1);
    return [Number(FirstC ?? 0), Number(FirstZ ?? 0), Number(FirstT ?? 0), Number(IFD ?? 0), Number(count)] as const;
  });
  const record = /Namespace="fantascope"[^>]*>\s*<(?:\w+:)?Value>([^<]*)</.exec(text)?.[1];
  return {
    sizeC: Number(pixels.SizeC ?? 1),
    sizeZ: Number(pixels.SizeZ ?? 1),
    sizeT: Number(pixels.SizeT ?? 1),
    order: (pixels.DimensionOrder ?? "XYCZT").slice(2),
    ...(pixelSizeUm === undefined ? {} : { pixelSizeUm }),
    channelNames: channels.map((element) => attributes(element, "Channel")?.Name ?? ""),
    planes,
    ...(record === undefined ? {} : { record: unescapeXml(record) }),
  };
}

/** What {@link formatOme} puts into words. */
export interface OmeDescription {
  readonly name: string;
  readonly pixelType: PixelType;
  readonly width: number;
  readonly height: number;
  readonly sizeC: number;
  readonly sizeT: number;
  readonly pixelSizeUm?: number | undefined;
  readonly channelNames?: readonly string[] | undefined;
  readonly record?: string | undefined;
}

/** OME-XML for a file with one directory per channel and time point, channels fastest; plain ASCII. */
export function formatOme(description: OmeDescription): string {
  const { name, pixelType, width, height, sizeC, sizeT, pixelSizeUm, channelNames, record } = description;
  const physical =
    pixelSizeUm === undefined
      ? ""
      : ` PhysicalSizeX="${pixelSizeUm}" PhysicalSizeXUnit="µm" PhysicalSizeY="${pixelSizeUm}" PhysicalSizeYUnit="µm"`;
  const channels = Array.from({ length: sizeC }, (_, c) => {
    const channelName = channelNames?.[c];
    return `<Channel ID="Channel:0:${c}" SamplesPerPixel="1"${channelName ? ` Name="${escapeXml(channelName)}"` : ""}/>`;
  });
  const annotation = record
    ? `<StructuredAnnotations><CommentAnnotation ID="Annotation:0" Namespace="fantascope"><Value>${escapeXml(record)}</Value></CommentAnnotation></StructuredAnnotations>`
    : "";
  const xml = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"',
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06 http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd"',
    ' Creator="Fantascope">',
    `<Image ID="Image:0" Name="${escapeXml(name)}">`,
    `<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="${pixelTypes[pixelType].omeName}" SizeX="${width}" SizeY="${height}"`,
    ` SizeC="${sizeC}" SizeZ="1" SizeT="${sizeT}"${physical}>`,
    ...channels,
    `<TiffData IFD="0" PlaneCount="${sizeC * sizeT}"/></Pixels>`,
    record ? '<AnnotationRef ID="Annotation:0"/>' : "",
    `</Image>${annotation}</OME>`,
  ].join("");
  return xml.replace(/[\u0080-\uffff]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
