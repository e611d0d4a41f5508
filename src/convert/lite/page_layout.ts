/** From a page's plain data to its blocks in reading order. */
import type { Block } from "./block.ts";
import { columnBlocks, type DocumentFacts } from "./blocks.ts";
import { type Item, type Marks, readingOrder, type Region } from "./columns.ts";
import { findFigures } from "./figures.ts";
import { edgeLines, type FurnitureIndex } from "./furniture.ts";
import { area, type Box, type PageData, type PageImage, union } from "./page_data.ts";
import { ruledTables } from "./ruled_tables.ts";
import { type Run, runsOf } from "./runs.ts";

export type PageBlocks = {
  /** The text's own flow, column by column. */
  columns: Block[][];
  /** Read after it, so that they do not part a paragraph that goes on overleaf. */
  footnotes: Block[];
};

/** `page` is upright (see `uprightPage`). */
export function layoutPage(
  page: PageData,
  facts: DocumentFacts,
  furniture: FurnitureIndex,
): PageBlocks {
  const all = runsOf(page.glyphs, page.links, page.rules);
  let runs = withoutFurniture(all, page, facts, furniture);
  const tables = ruledTables(page.rules, runs, facts.census);
  const tabled = new Set(tables.flatMap((found) => [...found.used]));
  runs = runs.filter((run) => !tabled.has(run));
  const figures = findFigures(page, runs, tables.map((found) => found.box), facts.bodySize);
  const drawn = new Set(figures.flatMap((figure) => [...figure.runs]));
  const inFigures = new Set(figures.flatMap((figure) => [...figure.images]));
  runs = runs.filter((run) => !drawn.has(run));
  const images = page.images.filter((image) =>
    !inFigures.has(image.index) && isShown(image, page, runs) &&
    !furniture.isRepeatedPicture(image)
  );
  const items: Item<Block>[] = [
    ...runs.map((run) => ({ ...boxOf(run), kind: "run" as const, run, block: null })),
    ...tables.flatMap(({ box, table, title }) => [
      ...title ? [blockItem(box, { kind: "paragraph", spans: title, depth: 0 })] : [],
      blockItem(box, table),
    ]),
    ...figures.map(({ box }) => blockItem(box, { kind: "picture", box, image: null })),
    ...images.map((image) =>
      blockItem(image, { kind: "picture", box: boxOf(image), image: image.index })
    ),
  ];
  const columns = readingOrder(items, facts.bodySize, marksOf(page, facts.bodySize)).map(
    (region) => {
      const found = columnBlocks(region, page, facts);
      return isImprint(region, page, facts.bodySize)
        ? { blocks: [], footnotes: [...found.blocks, ...found.footnotes] }
        : found;
    },
  );
  return {
    columns: columns.map((column) => column.blocks),
    footnotes: columns.flatMap((column) => column.footnotes),
  };
}

const HIGHEST_STRIPE = 6;

/** Backgrounds of single cells that touch are one stripe. */
function marksOf(page: PageData, bodySize: number): Marks {
  const rows = page.fills.filter(({ top, bottom }) =>
    bottom - top > 0.8 * bodySize && bottom - top < HIGHEST_STRIPE * bodySize
  ).sort((a, b) => a.top - b.top || a.left - b.left);
  const stripes: Box[] = [];
  for (const fill of rows) {
    const last = stripes.at(-1);
    const beside = last && Math.abs(last.top - fill.top) < 1 &&
      Math.abs(last.bottom - fill.bottom) < 1 && fill.left < last.right + 1;
    if (beside) stripes[stripes.length - 1] = union(last, fill);
    else stripes.push(boxOf(fill));
  }
  const alike = (a: Box, b: Box) =>
    Math.abs(a.left - b.left) < 2 && Math.abs(a.right - b.right) < 2;
  return {
    rules: page.rules,
    stripes: stripes.filter((stripe) => stripes.filter((other) => alike(stripe, other)).length > 1),
  };
}

/** A few small lines across the foot of the page. */
function isImprint(region: Region<Block>, page: PageData, bodySize: number): boolean {
  return region.top > 0.85 * page.height && region.items.length <= 3 &&
    region.items.every((item) => item.run !== null && item.run.size < 0.9 * bodySize);
}

function withoutFurniture(
  runs: Run[],
  page: PageData,
  facts: DocumentFacts,
  furniture: FurnitureIndex,
): Run[] {
  const dropped = new Set(
    edgeLines(runs, page.height)
      .filter((line) => furniture.isFurniture(page.number, line, facts.bodySize))
      .flatMap((line) => line.runs),
  );
  return runs.filter((run) => !dropped.has(run));
}

function boxOf({ left, top, right, bottom }: Box): Box {
  return { left, top, right, bottom };
}

function blockItem(box: Box, block: Block): Item<Block> {
  return { ...boxOf(box), kind: "block", run: null, block };
}

/** Points and pixels below which a picture is an ornament. */
const TINY = 20, FEW_PIXELS = 24;
/** A picture under the text is the page's ground. */
const GROUND = 0.8;

function isShown(image: PageImage, page: PageData, runs: Run[]): boolean {
  const wide = image.right - image.left, high = image.bottom - image.top;
  if (wide < TINY || high < TINY) return false;
  if (image.pixelWidth < FEW_PIXELS || image.pixelHeight < FEW_PIXELS) return false;
  const isGround = area(image) > GROUND * page.width * page.height;
  return !isGround || runs.length < 3;
}
