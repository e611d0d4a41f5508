/** What the demo reads of the program's JSON answers (their shapes: src/cli/commands). */
import { z } from "zod";

/** A file that ingest found: its hash, or why it was refused. */
export type Finding = { path: string; hash?: string; refused?: string };

const ingestAnswer = z.looseObject({
  files: z.array(z.looseObject({
    path: z.string(),
    hash: z.string().nullish(),
    error: z.looseObject({ message: z.string() }).nullish(),
  })),
});

export function readIngest(answer: unknown): Finding[] {
  return ingestAnswer.parse(answer).files.map(({ path, hash, error }) => ({
    path,
    ...(hash ? { hash } : {}),
    ...(error ? { refused: error.message } : {}),
  }));
}

export type State = { state: string; error?: string; kind?: string };

const jobAnswer = z.looseObject({
  job: z.looseObject({
    state: z.string(),
    error: z.string().nullish(),
    error_kind: z.string().nullish(),
  }),
});

export function readState(answer: unknown): State {
  const { state, error, error_kind } = jobAnswer.parse(answer).job;
  return { state, ...(error ? { error } : {}), ...(error_kind ? { kind: error_kind } : {}) };
}

/** `Cannot convert "a.pdf": it is encrypted` -> `it is encrypted`: the table names the file itself. */
export function withoutName(error: string): string {
  return error.replace(/^Cannot \w+ ".*?": /, "");
}

const getAnswer = z.looseObject({
  results: z.tuple([z.looseObject({
    folder: z.string(),
    markdown: z.string(),
    pages: z.number().nullish(),
    needs_ocr: z.array(z.number()).default([]),
  })]),
});

export type Result = { folder: string; markdown: string; pages: number; needsOcr: number[] };

/** Of a `get` of one hash: the folder it made, and the Markdown in it. */
export function readResult(answer: unknown): Result {
  const { folder, markdown, pages, needs_ocr } = getAnswer.parse(answer).results[0];
  return { folder, markdown, pages: pages ?? 0, needsOcr: needs_ocr };
}

const info = z.looseObject({ duration_s: z.number() });

/** Seconds that the conversion took: of a result's `info.json`. */
export function readDuration(text: string): number {
  return info.parse(JSON.parse(text)).duration_s;
}

/** `1-3, 7`: numbers of pages, as people write them. */
export function pageRanges(pages: number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const page of pages.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && page <= last[1] + 1) last[1] = page;
    else ranges.push([page, page]);
  }
  return ranges.map(([first, last]) => first === last ? `${first}` : `${first}-${last}`).join(", ");
}
