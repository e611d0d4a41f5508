/** First stage: a page's characters, turned upright and cleaned of what is not text of the page. */
import { area, type Box, type Glyph, type PageData } from "./page_data.ts";

type Turn = 0 | 1 | 2 | 3;

/**
 * Turns the page by the direction that most of its text has (whatever the page's own /Rotate says),
 * drops text set in other directions (stamps in the margin, labels of axes), text outside the page,
 * and characters printed twice at one place (imitated bold).
 */
export function uprightPage(page: PageData): PageData {
  const turn = mainTurn(page.glyphs);
  const place = placer(page, turn);
  const sideways = turn % 2 === 1;
  const sized = {
    ...page,
    width: sideways ? page.height : page.width,
    height: sideways ? page.width : page.height,
    turned: turn,
  };
  const level = page.glyphs.filter((glyph) => glyph.style.turn === turn);
  const glyphs = turn === 0 ? level : level.map((glyph) => placeGlyph(glyph, place));
  const turned = <T extends Box>(boxes: T[]) => boxes.map((box) => ({ ...box, ...place(box) }));
  return {
    ...sized,
    glyphs: cleanGlyphs(glyphs, sized),
    rules: turned(page.rules),
    fills: turned(page.fills),
    drawings: turned(page.drawings),
    images: turned(page.images),
    links: turned(page.links),
  };
}

function mainTurn(glyphs: Glyph[]): Turn {
  const counts = [0, 0, 0, 0];
  for (const { style } of glyphs) if (style.turn !== null) counts[style.turn]!++;
  return counts.indexOf(Math.max(...counts)) as Turn;
}

type Place = (box: Box) => Box;

function placer(page: PageData, turn: Turn): Place {
  const { width: w, height: h } = page;
  if (turn === 0) return ({ left, top, right, bottom }) => ({ left, top, right, bottom });
  if (turn === 1) {
    return (b) => ({ left: h - b.bottom, right: h - b.top, top: b.left, bottom: b.right });
  }
  if (turn === 2) {
    return (b) => ({ left: w - b.right, right: w - b.left, top: h - b.bottom, bottom: h - b.top });
  }
  return (b) => ({ left: b.top, right: b.bottom, top: w - b.right, bottom: w - b.left });
}

function placeGlyph(glyph: Glyph, place: Place): Glyph {
  const origin = place({
    left: glyph.x,
    right: glyph.x,
    top: glyph.baseline,
    bottom: glyph.baseline,
  });
  return { ...glyph, ...place(glyph), x: origin.left, baseline: origin.top };
}

/** Shares of an em within which a second copy of a character counts as the same one. */
const SAME_PLACE = 0.12;

function cleanGlyphs(glyphs: Glyph[], page: { width: number; height: number }): Glyph[] {
  const kept: Glyph[] = [];
  const seen = new Map<number, Glyph>();
  let before: Glyph | null = null;
  for (const glyph of glyphs) {
    const previous = before;
    before = glyph;
    const { style: { size }, x, baseline } = glyph;
    const outside = glyph.right < 0 || x > page.width || baseline < 0 ||
      baseline > page.height + size;
    if (size < 1 || outside) continue;
    const near = SAME_PLACE * size;
    const twin = twinOf(glyph, seen.get(placeKey(glyph, -near)), near) ??
      twinOf(glyph, seen.get(placeKey(glyph, near)), near);
    // The letters of a ligature share one place; copies come with a whole word between them.
    if (twin && twin !== previous) continue;
    seen.set(placeKey(glyph, 0), glyph);
    kept.push(glyph);
  }
  return composeAccents(kept.map(readable));
}

/** Characters within two points of one another mostly have one key. A number, since pages have thousands. */
function placeKey(glyph: Glyph, aside: number): number {
  return (glyph.text.codePointAt(0)! & 0x3ff) << 20 |
    (Math.round(glyph.baseline / 2) & 0x3ff) << 10 |
    (Math.round((glyph.x + aside) / 2) & 0x3ff);
}

function twinOf(glyph: Glyph, other: Glyph | undefined, near: number): Glyph | undefined {
  const same = other && other.text === glyph.text && Math.abs(other.x - glyph.x) < near &&
    Math.abs(other.baseline - glyph.baseline) < near;
  return same ? other : undefined;
}

const COMBINING = new Map([
  ["`", "\u0300"],
  ["´", "\u0301"],
  ["ˆ", "\u0302"],
  ["˜", "\u0303"],
  ["¯", "\u0304"],
  ["˘", "\u0306"],
  ["˙", "\u0307"],
  ["¨", "\u0308"],
  ["˚", "\u030a"],
  ["˝", "\u030b"],
  ["ˇ", "\u030c"],
  ["¸", "\u0327"],
  ["˛", "\u0328"],
]);

/** TeX prints an accent and its letter one over the other: they are one character. */
function composeAccents(glyphs: Glyph[]): Glyph[] {
  const composed: Glyph[] = [];
  for (let at = 0; at < glyphs.length; at++) {
    const accent = glyphs[at]!, letter = glyphs[at + 1];
    const mark = COMBINING.get(accent.text);
    const whole = mark && letter && isOver(accent, letter)
      ? (letter.text.replace("ı", "i") + mark).normalize("NFC")
      : "";
    if ([...whole].length !== 1) {
      composed.push(accent);
      continue;
    }
    composed.push({ ...letter!, text: whole, space: accent.space });
    at++;
  }
  return composed;
}

function isOver(accent: Glyph, letter: Glyph): boolean {
  const shared = Math.min(accent.right, letter.right) - Math.max(accent.left, letter.left);
  return /\p{L}/u.test(letter.text) && shared > 0.4 * (letter.right - letter.left) &&
    Math.abs(accent.baseline - letter.baseline) < 0.4 * letter.style.size;
}

/** Bullets of symbol fonts stand in the private area; ligatures and soft hyphens are for printing only. */
const PRIVATE_BULLETS = new Map([
  [0xf0b7, "•"],
  [0xf0a7, "▪"],
  [0xf06e, "▪"],
  [0xf0d8, "➢"],
  [0xf0fc, "✓"],
  [0xf0e0, "→"],
  [0xf02d, "-"],
  [0xf06f, "◦"],
]);

function readable(glyph: Glyph): Glyph {
  const code = glyph.text.codePointAt(0)!;
  if (code < 0xa0 || (code > 0xad && code < 0xe000 && code !== 0x210e)) return glyph;
  if (code === 0xad) return { ...glyph, text: "-" };
  // Ligatures; and the letters of formulas, which have their slant in their code.
  if (
    (code >= 0xfb00 && code <= 0xfb06) || code === 0x210e || (code >= 0x1d400 && code < 0x1d800)
  ) {
    return { ...glyph, text: glyph.text.normalize("NFKC") };
  }
  if (code < 0xe000 || code > 0xf8ff) return glyph;
  const known = PRIVATE_BULLETS.get(code);
  if (known) return { ...glyph, text: known };
  // Old symbol fonts: 0xF000 + the code of the character.
  if (code > 0xf020 && code < 0xf07f) return { ...glyph, text: String.fromCharCode(code & 0xff) };
  return { ...glyph, unmapped: true };
}

export type Readability = "text" | "blank" | "picture" | "garbage";

/** Fewer characters than this on a big picture are a stamp or a page number, not its text. */
const FEW = 40;
const BIG_PICTURE = 0.5;
const GARBAGE = 0.2;

/**
 * Whether the page's text can be taken for its content. `picture`: it is an image of text (a scan).
 * `garbage`: its fonts do not tell which characters they show.
 */
export function readability(page: PageData): Readability {
  const count = page.glyphs.length;
  const unmapped = page.glyphs.filter((glyph) => glyph.unmapped).length;
  if (count > 0 && unmapped > GARBAGE * count && unmapped > 10) return "garbage";
  if (count - unmapped >= FEW) return "text";
  if (pictureShare(page) > BIG_PICTURE) return "picture";
  if (count > unmapped) return "text";
  // Letters drawn as outlines are drawings without any text.
  return page.drawings.length > 200 ? "picture" : page.images.length > 0 ? "text" : "blank";
}

/** Part of the page that images cover. A scan may be cut into strips. */
export function pictureShare(page: PageData): number {
  const covered = page.images.reduce((sum, image) => sum + area(image), 0);
  return Math.min(1, covered / (page.width * page.height));
}
