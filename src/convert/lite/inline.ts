/** Spans of text become Markdown: emphasis, code, scripts, links, and escapes where Markdown would misread. */
import type { Span } from "./runs.ts";

/** The spans on one or more lines; `\n` in them becomes a hard line break. */
export function inlineMarkdown(spans: Span[]): string {
  const tidy = tidySpans(spans);
  const text = groups(tidy, (span) => span.link).map(({ key: link, spans }, at, all) => {
    const inner = emphasised(spans, lastChar(all[at - 1]?.spans), firstChar(all[at + 1]?.spans));
    return link === null ? inner : linked(inner, link);
  }).join("");
  return text.replace(/[ \t]+\n/g, "\n").replace(/\n[ \t]+/g, "\n")
    .split("\n").map((line) => escapeLineStart(line.trim())).filter((line) => line !== "")
    .join("  \n");
}

/** The characters alone, on one line. */
export function plainText(spans: Span[]): string {
  return spans.map((span) => span.text).join("").replace(/\s+/g, " ").trim();
}

/** Looks that only white space or a stray sign has are not worth their marks. */
function tidySpans(spans: Span[]): Span[] {
  const tidy: Span[] = [];
  spans.forEach((span, at) => {
    if (span.text === "") return;
    // Code is set apart enough.
    if (span.mono) return void tidy.push({ ...span, italic: false });
    const before = tidy.at(-1);
    const bare = !/[\p{L}\p{N}]/u.test(span.text) && span.script === null && !span.mono;
    if (!bare || !before) return void tidy.push({ ...span });
    const after = spans.slice(at + 1).find((other) => /[\p{L}\p{N}]/u.test(other.text));
    const { bold, italic } = before;
    const alike = after && after.bold === bold && after.italic === italic;
    tidy.push({
      ...span,
      bold: alike ? bold : span.bold && bold,
      italic: alike ? italic : span.italic && italic,
    });
  });
  return tidy;
}

type Group<K> = { key: K; spans: Span[] };

function groups<K>(spans: Span[], keyOf: (span: Span) => K): Group<K>[] {
  const found: Group<K>[] = [];
  for (const span of spans) {
    const last = found.at(-1);
    if (last && last.key === keyOf(span)) last.spans.push(span);
    else found.push({ key: keyOf(span), spans: [span] });
  }
  return found;
}

function emphasised(spans: Span[], before: string, after: string): string {
  return nested(spans, before, after, [
    { mark: "**", has: (span) => span.bold },
    { mark: "*", has: (span) => span.italic },
  ]);
}

type Emphasis = { mark: string; has(span: Span): boolean };

function nested(spans: Span[], before: string, after: string, marks: Emphasis[]): string {
  const [first, ...rest] = marks;
  if (!first) return spans.map(atom).join("");
  return groups(spans, first.has).map(({ key, spans: part }, at, all) => {
    const left = lastChar(all[at - 1]?.spans) || before;
    const right = firstChar(all[at + 1]?.spans) || after;
    const inner = nested(part, key ? "" : left, key ? "" : right, rest);
    return key ? wrap(inner, first.mark, left, right) : inner;
  }).join("");
}

/** Marks go tight around the text, and only where CommonMark will read them as marks. */
function wrap(text: string, mark: string, before: string, after: string): string {
  const [, lead = "", core = "", tail = ""] = text.match(/^(\s*)([\s\S]*?)(\s*)$/)!;
  if (!/[\p{L}\p{N}]/u.test(core)) return text;
  const letter = /[\p{L}\p{N}]/u;
  const opens = lead !== "" || !letter.test(before) || letter.test(core[0]!);
  const closes = tail !== "" || !letter.test(after) || letter.test(core.at(-1)!);
  if (!opens || !closes) return text;
  // Emphasis does not go over a line end that the author set.
  const lines = core.split("\n").map((line) =>
    line.trim() === "" ? line : mark + line.trim() + mark
  );
  return lead + lines.join("\n") + tail;
}

function atom(span: Span): string {
  if (span.script !== null) {
    const tag = span.script === "super" ? "sup" : "sub";
    const text = span.text.trim();
    if (text === "" || /^[*†‡§'’,.]+$/.test(text)) return escapeText(span.text);
    return span.text.replace(text, () => `<${tag}>${escapeText(text)}</${tag}>`);
  }
  return span.mono ? codeSpan(span.text) : escapeText(span.text);
}

function codeSpan(text: string): string {
  const [, lead = "", core = "", tail = ""] = text.match(/^(\s*)([\s\S]*?)(\s*)$/)!;
  if (core === "") return text;
  if (!/[\p{L}\p{N}]/u.test(core) && core.length < 2) return escapeText(text);
  const ticks = "`".repeat(Math.max(0, ...(core.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const pad = core.startsWith("`") || core.endsWith("`") ? " " : "";
  return lead + ticks + pad + core.replaceAll("\n", " ") + pad + ticks + tail;
}

function linked(text: string, url: string): string {
  const [, lead = "", core = "", tail = ""] = text.match(/^(\s*)([\s\S]*?)(\s*)$/)!;
  if (core === "") return text;
  const bare = core.replaceAll("\\", "");
  if (bare === url || `mailto:${bare}` === url) return `${lead}<${bare}>${tail}`;
  return `${lead}[${
    core.replaceAll("\n", " ").replace(/[[\]]/g, "\\$&").replaceAll("\\\\", "\\")
  }](${url})${tail}`;
}

/** Escapes what Markdown or HTML would take for its own inside a line. */
export function escapeText(text: string): string {
  return text
    .replace(/\\(?=[!-/:-@[-`{-~])|`/g, "\\$&")
    .replace(/\*(?=\S)|(?<=\S)\*/g, "\\*")
    .replace(/(?<![\p{L}\p{N}])_(?=\S)|(?<=\S)_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/<(?=[a-z/!?])/gi, "\\<")
    .replace(/&(?=#?\w+;)/g, "\\&")
    .replace(/~(?=~)|(?<=~)~/g, "\\~")
    .replace(/\[(?=[^\]]*\][([])/g, "\\[");
}

/** Escapes what Markdown would take for a block at the start of a line. */
export function escapeLineStart(line: string): string {
  return line
    .replace(/^(?=(?:#{1,6}|[-+*])(?:\s|$)|>|(?:=+|-{2,}|~{3,})\s*$)/, "\\")
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2")
    .replace(/^\[(?=[^\]]+\]:)/, "\\[");
}

function firstChar(spans: Span[] | undefined): string {
  return spans?.[0]?.text.at(0) ?? "";
}

function lastChar(spans: Span[] | undefined): string {
  return spans?.at(-1)?.text.at(-1) ?? "";
}
