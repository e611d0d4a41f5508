/** The name of the Markdown in a result, after the PDF that it was made of. */

/** With `.md` and in UTF-8 it still fits everywhere (file systems take 255 bytes). */
const MAX_BYTES = 200;
/** What Windows refuses, separators, and characters that make a name look like another. */
const UNSAFE = /[<>:"|?*\\/\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** `Rules: 2nd ed.pdf` -> `Rules_ 2nd ed.md`; `source.md` when nothing of the name is left. */
export function markdownName(originalFilename: string): string {
  const name = originalFilename.slice(originalFilename.lastIndexOf("/") + 1);
  const stem = name.replace(/\.pdf$/i, "").normalize("NFC").toWellFormed()
    .replaceAll("\uFFFD", "_").replace(UNSAFE, "_");
  const short = trimmed(cutToBytes(trimmed(stem), MAX_BYTES));
  if (/^_*$/.test(short)) return "source.md";
  return `${RESERVED.test(short) ? "_" : ""}${short}.md`;
}

/** A leading dot hides a file, a trailing one or a blank is lost on Windows. */
function trimmed(text: string): string {
  return text.replace(/^[\s.]+|[\s.]+$/gu, "");
}

function cutToBytes(text: string, max: number): string {
  const encoder = new TextEncoder();
  let [kept, size] = ["", 0];
  for (const character of text) {
    size += encoder.encode(character).length;
    if (size > max) break;
    kept += character;
  }
  return kept;
}
