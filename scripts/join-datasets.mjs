#!/usr/bin/env node
// Names the images of several folders in one, where they lie: node scripts/join-datasets.mjs OUT FOLDER FOLDER…
import { basename, resolve } from "node:path";
import { openDataset } from "../src/data/folder-dataset.ts";
import { referTo } from "../src/data/refer-to.ts";

const [out, ...folders] = process.argv.slice(2);
if (!out || folders.length < 2) {
  console.error("node scripts/join-datasets.mjs OUT FOLDER FOLDER…: expected a new folder and at least two of images.");
  process.exit(1);
}
const parts = await Promise.all(folders.map(async (folder) => ({ listing: (await openDataset(folder)).listing })));
await referTo(parts, { folder: out, name: basename(resolve(out)) });
console.log(`${parts.reduce((sum, { listing }) => sum + listing.images.length, 0)} images in ${out}/dataset.json`);
