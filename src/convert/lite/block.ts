/** What a page is made of, in reading order, before it becomes Markdown. */
import type { Box } from "./page_data.ts";
import type { Span } from "./runs.ts";

/** `spans` may hold line ends: breaks that the author set. */
export type Paragraph = {
  kind: "paragraph";
  spans: Span[];
  /** Number of lists that it stands in. */
  depth: number;
};

export type ListItem = {
  kind: "item";
  /** 0 for the outermost list. */
  depth: number;
  /** `-`, or a number with its point: `3.` */
  marker: string;
  spans: Span[];
};

export type Table = {
  kind: "table";
  /** Rows of cells; every row has as many. */
  rows: Span[][][];
  /** The first row names the columns. */
  headed: boolean;
  /** Where the columns stand, to tell whether a table goes on overleaf. */
  columns: { left: number; right: number }[];
};

/** One of the page's images, or (`null`) what the page shows there. */
export type Picture = { kind: "picture"; box: Box; image: number | null };

/** A picture that has become a file. */
export type PictureFile = { kind: "file"; name: string; alt: string };

export type TextBlock =
  | Paragraph
  | ListItem
  | Table
  | { kind: "heading"; level: number; spans: Span[] }
  | { kind: "code"; lines: string[] }
  | { kind: "footnote"; spans: Span[] };

/** As the layout finds them. */
export type Block = TextBlock | Picture;

/** As they are written. A note is for whoever reads the Markdown's source. */
export type WrittenBlock = TextBlock | PictureFile | { kind: "note"; text: string };
