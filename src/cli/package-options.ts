/** What people say about a package on the command line, checked as the BioImage Model Zoo will check it. */

import { InvalidArgumentError } from "commander";
import type { PackageAuthor, PackageCitation } from "../engine/package/bioimage-package.ts";

const ORCID = /^(?:https:\/\/orcid\.org\/)?((?:\d{4}-){3}\d{3}[\dX])$/;

/** `Name; affiliation; ORCID`, the last two as wanted; may be given several times. */
export function authorOption(text: string, before: readonly PackageAuthor[] = []): PackageAuthor[] {
  const [name = "", ...details] = text.split(";").map((part) => part.trim());
  if (name === "" || /[\\/]/.test(name)) throw new InvalidArgumentError("Expected a name without slashes.");
  const affiliation = details.filter((part) => part !== "" && !ORCID.test(part)).join("; ");
  const orcid = details.map((part) => ORCID.exec(part)?.[1]).find((found) => found !== undefined);
  if (orcid !== undefined && !hasCheckDigit(orcid))
    throw new InvalidArgumentError(
      `Expected an ORCID iD whose last digit fits the others; ${orcid} has a typing error.`,
    );
  return [...before, { name, ...(affiliation ? { affiliation } : {}), ...(orcid === undefined ? {} : { orcid }) }];
}

/** The last digit of an ORCID iD follows from the others: ISO 7064, mod 11-2. */
function hasCheckDigit(orcid: string): boolean {
  const digits = orcid.replaceAll("-", "");
  let total = 0;
  for (const digit of digits.slice(0, -1)) total = (total + Number(digit)) * 2;
  return "0123456789X"[(12 - (total % 11)) % 11] === digits.at(-1);
}

/** A citation: any text with a DOI or an address in it; may be given several times. */
export function citationOption(text: string, before: readonly PackageCitation[] = []): PackageCitation[] {
  const end = /[.,;)\]]+$/;
  const doi = /\b10\.\d{4,9}\/[^\s"<>]+/.exec(text)?.[0].replace(end, "");
  const url = /\bhttps?:\/\/[^\s"<>]+/.exec(text)?.[0].replace(end, "");
  if (doi !== undefined) return [...before, { text, doi }];
  if (url !== undefined) return [...before, { text, url }];
  throw new InvalidArgumentError(
    "Expected a text with a DOI (10.…/…) or an address (https://…), which the zoo requires.",
  );
}

/** An SPDX identifier by its form: which of them exist, the zoo knows. */
export function licenseOption(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.+-]*$/.test(text)) return text;
  throw new InvalidArgumentError("Expected an identifier of https://spdx.org/licenses, such as CC-BY-4.0 or MIT.");
}

/** A name as the zoo takes it. */
export function modelNameOption(text: string): string {
  if (/^[A-Za-z0-9_+\- ()]{5,128}$/.test(text) && /[A-Za-z0-9]/.test(text)) return text;
  throw new InvalidArgumentError("Expected 5 to 128 characters: letters A to Z, digits, spaces and _ + - ( ).");
}

/** A description in one breath, at most as long as the zoo takes it. */
export function descriptionOption(text: string): string {
  if (text.trim() !== "" && text.length <= 1024) return text;
  throw new InvalidArgumentError("Expected 1 to 1024 characters.");
}
