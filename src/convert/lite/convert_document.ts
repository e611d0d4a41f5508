/** One PDF to a folder with `document.md` and its pictures, in two passes over its pages. */
import { ConversionError, type Progress } from "../converter.ts";
import type { Block, WrittenBlock } from "./block.ts";
import type { DocumentFacts } from "./blocks.ts";
import { Census } from "./census.ts";
import { Flow } from "./flow.ts";
import { edgeLines, FurnitureIndex } from "./furniture.ts";
import { pictureShare, type Readability, readability, uprightPage } from "./glyphs.ts";
import { HeadingModel } from "./headings.ts";
import { PictureFolder } from "./images.ts";
import { altText, MarkdownWriter } from "./markdown.ts";
import type { PageData } from "./page_data.ts";
import { layoutPage } from "./page_layout.ts";
import { damaged } from "./pdfium/document.ts";
import type { PdfPage } from "./pdfium/page.ts";
import type { PdfSource } from "./pdf_source.ts";
import { runsOf } from "./runs.ts";

export const MARKDOWN_FILE = "document.md";

export type DocumentRequest = {
  source: PdfSource;
  /** An empty folder that exists. */
  outDir: string;
  onProgress?(progress: Progress): void;
};

export type DocumentResult = { pages: number; needsOcr: number[]; warnings: string[] };

/**
 * Fails with a `ConversionError` (also when no page could be read), or as PDFium or the file system fail.
 * What it keeps of a page is a few numbers, so memory does not grow with pages.
 */
export async function convertDocument(request: DocumentRequest): Promise<DocumentResult> {
  const survey = await takeSurvey(request);
  checkReadable(request.source, survey);
  const writing = await writeMarkdown(request, survey);
  return { pages: survey.kinds.length, ...writing };
}

type PageKind = Readability | "failed";
type Survey = { kinds: PageKind[]; facts: DocumentFacts; furniture: FurnitureIndex };

/** Pass 1: reads every page for what only the whole document tells. */
async function takeSurvey({ source, onProgress }: DocumentRequest): Promise<Survey> {
  const census = new Census();
  const furniture = new FurnitureIndex();
  const kinds: PageKind[] = [];
  for (let number = 1; number <= source.pages; number++) {
    const kind = await source.withPage(number, (page) => {
      const data = uprightPage(page.read("text"));
      const kind = readability(data);
      if (kind !== "text") return kind;
      const runs = runsOf(data.glyphs);
      census.add(number, runs);
      furniture.add(number, edgeLines(runs, data.height), data.images);
      return kind;
    });
    kinds.push(kind ?? "failed");
    // Reading again with layout takes about twice as long.
    onProgress?.(progressOf("reading", number / 3, source.pages));
  }
  const bodySize = census.bodySize();
  const sizes = census.largeSizes(1.1);
  return {
    kinds,
    furniture,
    facts: {
      census,
      bodySize,
      monoDocument: census.isMonoDocument(),
      headings: new HeadingModel(bodySize, sizes, source.outline(), source.pages),
    },
  };
}

function progressOf(stage: string, done: number, pages: number): Progress {
  return { stage, pagesDone: Math.min(pages, Math.floor(done)), pagesTotal: pages };
}

function checkReadable(source: PdfSource, { kinds }: Survey): void {
  if (kinds.every((kind) => kind === "failed")) throw damaged(source.path, "no page can be read");
  const content = kinds.filter((kind) => kind !== "blank");
  if (content.length === 0 || content.includes("text")) return;
  throw new ConversionError(
    "unreadable",
    "needs-ocr",
    `Cannot read "${source.path}": all ${content.length} pages with content are pictures of text (a scan)`,
    "Convert it with the marker converter (`--converter marker`), or with a build that has OCR",
  );
}

/** Pass 2: lays out page by page and appends to the file. */
async function writeMarkdown(request: DocumentRequest, survey: Survey) {
  const { source, outDir, onProgress } = request;
  const { facts, furniture, kinds } = survey;
  const folder = new PictureFolder(outDir);
  const writer = new MarkdownWriter();
  const flow = new Flow(facts.census);
  const needsOcr: number[] = [], failed: number[] = [];
  using file = await Deno.open(`${outDir}/${MARKDOWN_FILE}`, { write: true, createNew: true });
  const put = (blocks: WrittenBlock[]) =>
    writeAll(file, blocks.map((block) => writer.write(block)).join(""));

  for (let number = 1; number <= kinds.length; number++) {
    const kind = kinds[number - 1]!;
    const content = kind === "blank" || kind === "failed"
      ? null
      : await source.withPage(number, (page) => {
        const data = uprightPage(page.read("all"));
        return kind === "text"
          ? readText(page, data, facts, furniture, folder)
          : keepPicture(page, data, folder);
      });
    if (kind === "picture" || kind === "garbage") needsOcr.push(number);
    else if (kind === "failed" || (kind === "text" && content === null)) failed.push(number);
    const { columns, footnotes } = content ?? { columns: [notRead(number, kind)], footnotes: [] };
    for (const column of columns) await put(flow.column(column));
    await put(flow.footnotes(footnotes));
    onProgress?.(progressOf("writing", (kinds.length + 2 * number) / 3, kinds.length));
  }
  await put(flow.end());
  await writeAll(file, writer.end());
  return { needsOcr, warnings: warningsOf(kinds, failed) };
}

type PageContent = { columns: WrittenBlock[][]; footnotes: WrittenBlock[] };

async function readText(
  page: PdfPage,
  data: PageData,
  facts: DocumentFacts,
  furniture: FurnitureIndex,
  folder: PictureFolder,
): Promise<PageContent> {
  const { columns, footnotes } = layoutPage(data, facts, furniture);
  const written: WrittenBlock[][] = [];
  for (const column of columns) written.push(await savePictures(column, page, data, folder));
  return { columns: written, footnotes: await savePictures(footnotes, page, data, folder) };
}

/** Sharp enough to read labels, small enough to keep. */
const FIGURE_DPI = 150;

async function savePictures(
  blocks: Block[],
  page: PdfPage,
  data: PageData,
  folder: PictureFolder,
): Promise<WrittenBlock[]> {
  const written: WrittenBlock[] = [];
  for (const [at, block] of blocks.entries()) {
    if (block.kind !== "picture") {
      written.push(block);
      continue;
    }
    const bytes = block.image === null
      ? page.render(block.box, data.turned, FIGURE_DPI)
      : page.image(block.image);
    const name = bytes && await folder.save(page.number, bytes);
    if (!name) continue;
    const beside = [blocks[at + 1], blocks[at - 1]];
    const alt = beside.map((other) => altText(other, page.number))
      .find((text) => text !== altText(undefined, page.number));
    written.push({ kind: "file", name, alt: alt ?? altText(undefined, page.number) });
  }
  return written;
}

/** A page that is a picture of text: the picture is kept, so nothing is lost. */
async function keepPicture(
  page: PdfPage,
  data: PageData,
  folder: PictureFolder,
): Promise<PageContent> {
  const [only] = data.images;
  const single = data.images.length === 1 && pictureShare(data) > 0.5;
  const whole = { left: 0, top: 0, right: data.width, bottom: data.height };
  const bytes = (single ? page.image(only!.index) : null) ??
    page.render(whole, data.turned, scanResolution(data));
  const name = bytes && await folder.save(page.number, bytes);
  const note: WrittenBlock = { kind: "note", text: `page ${page.number}: not read, needs OCR` };
  const file: WrittenBlock[] = name ? [{ kind: "file", name, alt: `Page ${page.number}` }] : [];
  return { columns: [[note, ...file]], footnotes: [] };
}

/** That of the page's images, within reason. */
function scanResolution(data: PageData): number {
  const dots = data.images.map((image) => (72 * image.pixelWidth) / (image.right - image.left));
  return Math.max(100, Math.min(200, Math.max(0, ...dots.filter(Number.isFinite)) || 150));
}

function notRead(page: number, kind: PageKind): WrittenBlock[] {
  return kind === "blank" ? [] : [{ kind: "note", text: `page ${page}: could not be read` }];
}

function warningsOf(kinds: PageKind[], failed: number[]): string[] {
  const warnings: string[] = [];
  if (kinds.every((kind) => kind === "blank")) {
    warnings.push("The document is blank: it has neither text nor pictures");
  }
  const garbage = kinds.flatMap((kind, at) => kind === "garbage" ? [at + 1] : []);
  if (garbage.length > 0) {
    warnings.push(`The fonts of ${pagesText(garbage)} do not tell their characters: not read`);
  }
  if (failed.length > 0) warnings.push(`Damaged, not read: ${pagesText(failed)}`);
  return warnings;
}

function pagesText(pages: number[]): string {
  const shown = pages.slice(0, 20).join(", ");
  return `page${pages.length > 1 ? "s" : ""} ${shown}${pages.length > 20 ? ", ..." : ""}`;
}

async function writeAll(file: Deno.FsFile, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}
