import { parseFileRecord } from "./file-record.ts";
import { lengthUm, parseOme, squarePixel } from "./ome-xml.ts";
import { type TiffDirectory, tag, tagNumber, tagText } from "./tiff-directory.ts";
import { parseImageJ } from "./tiff-stack.ts";

/**
 * Calibration in MetaMorph's UIC1 tag: pairs of a number and a value, or the place of the value.
 * 4 is XCalibration and 5 YCalibration (fractions), 6 the unit (a counted text).
 */
async function metaMorphPixelSize({ bytes, littleEndian, fields }: TiffDirectory): Promise<number | undefined> {
  const field = fields.get(tag.uic1);
  if (field?.type !== 4 || field.count > 1000) return undefined;
  const word = (buffer: Buffer, at: number) => (littleEndian ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
  const pairs = await bytes.read(field.at, field.count * 8);
  const place = new Map(Array.from({ length: field.count }, (_, i) => [word(pairs, 8 * i), word(pairs, 8 * i + 4)]));
  const fraction = async (at: number) => {
    const buffer = await bytes.read(at, 8);
    return word(buffer, 0) / word(buffer, 4);
  };
  const [x, y, unitAt] = [place.get(4), place.get(5), place.get(6)];
  if (!x || !y || !unitAt) return undefined;
  const length = word(await bytes.read(unitAt, 4), 0);
  if (length > 64) return undefined;
  const unit = (await bytes.read(unitAt + 4, length)).toString("latin1").split("\0")[0]!.trim();
  return squarePixel(lengthUm(await fraction(x), unit), lengthUm(await fraction(y), unit));
}

/** Edge of a pixel by the resolution tags, in units of `unitLength` µm. */
async function resolutionPixelSize(directory: TiffDirectory, unit: string): Promise<number | undefined> {
  const perUnitX = await tagNumber(directory, tag.xResolution, 0);
  const perUnitY = await tagNumber(directory, tag.yResolution, perUnitX);
  return squarePixel(lengthUm(1 / perUnitX, unit), lengthUm(1 / perUnitY, unit));
}

/**
 * Pixel size in µm that a TIFF states credibly: our own record, OME-XML, ImageJ with a unit of length, MetaMorph's calibration.
 *
 * Bare resolution tags count only in centimetres and below 10 µm: anything coarser, and everything in inches, is a printer's or
 * screen's resolution such as 72 dpi. `undefined` when nothing is stated or pixels are not square.
 */
export async function pixelSizeOf(directory: TiffDirectory): Promise<number | undefined> {
  const text = await tagText(directory, tag.imageDescription);
  const record = parseFileRecord(text);
  if (record) return record.pixelSizeUm;
  const ome = text === undefined ? undefined : parseOme(text);
  if (ome) return ome.pixelSizeUm;
  const unit = parseImageJ(text)?.unit;
  if (unit !== undefined) {
    const plain = unit.replace(/\\u([\da-f]{4})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
    return resolutionPixelSize(directory, plain);
  }
  const metaMorph = await metaMorphPixelSize(directory).catch(() => undefined); // a private tag never spoils the pixels
  if (metaMorph !== undefined) return metaMorph;
  if ((await tagNumber(directory, tag.resolutionUnit, 2)) !== 3) return undefined;
  const size = await resolutionPixelSize(directory, "cm");
  return size !== undefined && size < 10 ? size : undefined;
}
