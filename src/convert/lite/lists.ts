/** Recognises list items by their markers, and how deep they stand. */
import type { Line } from "./lines.ts";
import type { Span } from "./runs.ts";

const BULLET = /^(?:[•●○◦▪■□▫‣⁃·∙➢➤►▶▸✓✔❖◆◇★☐❑❍–—−*+-]|[oO](?=\s+\S))\s*/;
/** Signs that also begin ordinary lines. */
const WEAK_BULLET = /^[–—−*+·oO-]/;
const NUMBER = /^(?:\((\d{1,3}|[a-z]|[ivx]{1,5})\)|(\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+/;

export type Marker = {
  /** `-` or `3.` */
  marker: string;
  /** Letters of the line that the marker takes, with the space after it. */
  length: number;
  /** It needs other evidence: its sign begins ordinary lines too. */
  weak: boolean;
  /** Its number, for sequences; null for bullets. */
  number: number | null;
  /** Where the item's text starts. */
  textLeft: number;
};

export function markerOf(line: Line): Marker | null {
  const text = line.text;
  const textLeft = line.parts.length > 1 ? line.parts[1]!.left : line.left + 1.2 * line.size;
  const bullet = text.match(BULLET);
  if (bullet && bullet[0].length < text.length) {
    const glued = !/\s$/.test(bullet[0]);
    if (glued && WEAK_BULLET.test(text)) return null;
    const length = bullet[0].length;
    const apart = line.parts.length > 1 && line.parts[0]!.count === 1;
    const weak = WEAK_BULLET.test(text) && !apart;
    return { marker: "-", length, weak, number: null, textLeft };
  }
  const numbered = text.match(NUMBER);
  if (!numbered || numbered[0].length >= text.length) return null;
  const label = (numbered[1] ?? numbered[2])!;
  const number = /\d/.test(label) ? Number(label) : null;
  // Markdown has no lettered lists: the letter stays in the text.
  if (number === null) {
    return { marker: "-", length: 0, weak: true, number: letterNumber(label), textLeft };
  }
  return { marker: `${number}.`, length: numbered[0].length, weak: true, number, textLeft };
}

function letterNumber(label: string): number {
  return label.toLowerCase().charCodeAt(0) - 96;
}

/** The spans without their first `length` characters. */
export function dropMarker(spans: Span[], length: number): Span[] {
  let left = length;
  const kept: Span[] = [];
  for (const span of spans) {
    if (left >= span.text.length) {
      left -= span.text.length;
      continue;
    }
    kept.push({ ...span, text: span.text.slice(left) });
    left = 0;
  }
  const [first, ...rest] = kept;
  return first ? [{ ...first, text: first.text.trimStart() }, ...rest] : [];
}

/** Left edges of the open lists, the outermost first. */
export class ListStack {
  #lefts: { left: number; textLeft: number; number: number | null }[] = [];

  get depth(): number {
    return this.#lefts.length;
  }

  /** Enters an item; returns its depth. */
  enter(left: number, marker: Marker, em: number): number {
    while (this.#lefts.length > 0 && this.#lefts.at(-1)!.left > left + 0.7 * em) this.#lefts.pop();
    const top = this.#lefts.at(-1);
    const item = { left, textLeft: marker.textLeft, number: marker.number };
    if (top && Math.abs(top.left - left) <= 0.7 * em) this.#lefts[this.#lefts.length - 1] = item;
    else this.#lefts.push(item);
    return this.#lefts.length - 1;
  }

  /** Whether a number follows one of an open list, or begins one. */
  continues(left: number, marker: Marker, em: number): boolean {
    const same = this.#lefts.find((open) => Math.abs(open.left - left) <= 0.7 * em);
    if (same && same.number !== null) return marker.number === same.number + 1;
    return marker.number === 1 || (marker.number === null && same !== undefined);
  }

  /** Leaves the lists whose text stands further right; returns how many are still open around `left`. */
  leave(left: number, em: number): number {
    while (this.#lefts.length > 0 && this.#lefts.at(-1)!.textLeft > left + 0.9 * em) {
      this.#lefts.pop();
    }
    return this.#lefts.length;
  }

  clear(): void {
    this.#lefts = [];
  }
}
