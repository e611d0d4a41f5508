/** A conversion's folder -> the zip that is published: Markdown, images beside it, info.json. */
import { join } from "node:path";
import type { Body } from "../store/object_store.ts";
import type { Conversion } from "./converter.ts";
import { missingImages } from "./image_links.ts";
import { compareBytes, listResult, type ResultFile, unusable } from "./result_files.ts";
import { markdownName } from "./result_name.ts";
import { writeZip, type ZipEntry } from "./write_zip.ts";

/** What only the caller knows about the conversion; it goes into info.json. */
export type ResultOrigin = {
  hash: string;
  /** Makes every result another one, even of the same bytes. */
  attempt: string;
  workerId: string;
  originalFilename: string;
  tags: string[];
  /** Of the PDF. */
  sizeBytes: number;
  /** Wall clock, in ms. */
  convertedAt: number;
  durationMs: number;
  converter: string;
  converterVersion: string;
};

/** info.json as it stands in the zip. The first six fields are the original program's. */
export type ResultInfo = {
  hash: string;
  converted_at: string;
  worker_id: string;
  original_filename: string;
  tags: string[];
  size_bytes: number;
  attempt: string;
  converter: string;
  converter_version: string;
  duration_s: number;
  pages: number;
  /** Pages (from 1) that show text which was not read. */
  needs_ocr: number[];
  warnings: string[];
  markdown: string;
  images: number;
};

export type Packaged = { body: Body; info: ResultInfo };

const INFO = "info.json";
const IMAGE = /\.(png|jpe?g|gif|webp|avif|bmp|tiff?|svg|jp2)$/i;
/** Deflate gains nothing on these. */
const COMPRESSED = /\.(png|jpe?g|gif|webp|avif|jp2|zip|gz|mp4|woff2?)$/i;
const MAX_MISSING = 20;

/**
 * Writes `zipPath` in constant memory; equal input gives equal bytes. The body can be opened as long
 * as that file is there; it is the caller's to delete. Safe to repeat. Fails as `transient`/`bad-result`
 * if the folder holds anything but plain files and folders, and as it is if the disk does.
 */
export async function packageResult(
  folder: string,
  conversion: Conversion,
  origin: ResultOrigin,
  zipPath: string,
): Promise<Packaged> {
  const files = listResult(folder);
  const markdown = nameInZip(files, conversion.markdown, origin.originalFilename);
  const info = await describe(folder, files, conversion, origin, markdown);
  const entries = files.map(({ path }): ZipEntry => ({
    name: path === conversion.markdown ? markdown : path,
    file: join(folder, path),
    compress: !COMPRESSED.test(path),
  }));
  const bytes = new TextEncoder().encode(`${JSON.stringify(info, null, 2)}\n`);
  entries.push({ name: INFO, bytes, compress: true });
  entries.sort((a, b) => compareBytes(a.name, b.name));
  return { body: await writeZip(zipPath, entries), info };
}

/** After the PDF, unless an image bears that name already. Case does not tell names apart everywhere. */
function nameInZip(files: ResultFile[], markdown: string, originalFilename: string): string {
  if (!files.some(({ path }) => path === markdown)) throw unusable(`"${markdown}" is missing`);
  const others = files.filter(({ path }) => path !== markdown)
    .map(({ path }) => path.normalize("NFC").toLowerCase());
  if (others.includes(INFO)) throw unusable(`it holds a file "${INFO}", which is ours to write`);
  const names = [markdownName(originalFilename), "source.md", markdown];
  const free = names.find((name) =>
    name.toLowerCase() !== INFO && !others.includes(name.normalize("NFC").toLowerCase())
  );
  if (free === undefined) throw unusable(`two files are named like "${markdown}"`);
  return free;
}

async function describe(
  folder: string,
  files: ResultFile[],
  conversion: Conversion,
  origin: ResultOrigin,
  markdown: string,
): Promise<ResultInfo> {
  const paths = new Set(files.map(({ path }) => path));
  const missing = await missingImages(join(folder, conversion.markdown), (path) => paths.has(path));
  return {
    hash: origin.hash,
    converted_at: new Date(origin.convertedAt).toISOString(),
    worker_id: origin.workerId,
    original_filename: origin.originalFilename,
    tags: origin.tags,
    size_bytes: origin.sizeBytes,
    attempt: origin.attempt,
    converter: origin.converter,
    converter_version: origin.converterVersion,
    duration_s: Math.round(origin.durationMs / 10) / 100,
    pages: conversion.pages,
    needs_ocr: conversion.needsOcr,
    warnings: [...conversion.warnings, ...missingWarnings(missing)],
    markdown,
    images: files.filter(({ path }) => IMAGE.test(path)).length,
  };
}

function missingWarnings(missing: string[]): string[] {
  const named = missing.slice(0, MAX_MISSING).map((link) => `image is missing: ${link}`);
  const rest = missing.length - named.length;
  return rest > 0 ? [...named, `${rest} more images are missing`] : named;
}
