import type { LabelMap } from "../core/plane.ts";
import type { Image } from "./image.ts";

/** Axis-aligned box in pixels; `x1`, `y1` are exclusive. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly category?: string;
}

/** Point in pixels; pixel centres are at integers. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What is known about an image. Every field may be missing; `annotation.ts` derives the weaker from the stronger. */
export interface Annotations {
  readonly instances?: LabelMap;
  readonly boxes?: readonly Box[];
  readonly points?: readonly Point[];
  readonly count?: number;
  /** The clean or high-resolution image of the same field. */
  readonly partner?: Image;
}

/** Where an image came from. A synthetic one names everything needed to make it again. */
export type Provenance =
  | { readonly origin: "real"; readonly source: string }
  | {
      readonly origin: "synthetic";
      /** `"simulate"`, `"cyclegan"`, … */
      readonly method: string;
      readonly seed: number;
      readonly index: number;
      /** Content hash of the generator's checkpoint, when a network made the pixels. */
      readonly generator?: string;
      /** Content hash of the real images that the method learned from or was calibrated on. */
      readonly learnedFrom?: string;
      /** Every further setting, as plain data. */
      readonly settings?: Readonly<Record<string, unknown>>;
    };

/** One image with all that is known about it. */
export interface Item {
  readonly name: string;
  /** Images of one group (plate well, field, patient) never part in a split. */
  readonly group: string;
  readonly image: Image;
  readonly annotations: Annotations;
  readonly provenance: Provenance;
}

/** What a dataset knows of an item without reading its pixels. */
export interface DatasetEntry {
  readonly name: string;
  readonly group: string;
}

/** An ordered, lazily read collection: nothing is in memory but the item that `get` returns. */
export interface Dataset {
  readonly name: string;
  readonly length: number;
  /** Name and group of every item, in order, where they are known without reading pixels. */
  readonly entries?: readonly DatasetEntry[];
  get(index: number): Promise<Item>;
  /** SHA-256 over names, pixels and annotations, in order: the same content has the same hash wherever it lies. */
  hash(): Promise<string>;
}
