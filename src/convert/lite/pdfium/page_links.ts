/** Reads a page's links to the outside. */
import type { PageLink } from "../page_data.ts";
import { type Engine, readUtf8 } from "./engine.ts";
import type { Frame } from "./page.ts";

const URI_ACTION = 3;
const MOST_LINKS = 2_000;

/** Only web and mail addresses: a link into a file of the author's machine helps nobody. */
export function readLinks(
  engine: Engine,
  document: number,
  page: number,
  frame: Frame,
): PageLink[] {
  const { call, scratch: s } = engine;
  const links: PageLink[] = [];
  const next = engine.malloc(8);
  try {
    engine.ints().set([0, 0], next >> 2);
    while (links.length < MOST_LINKS && call.FPDFLink_Enumerate!(page, next, next + 4)) {
      const link = engine.ints()[(next >> 2) + 1]!;
      const action = call.FPDFLink_GetAction!(link);
      if (action === 0 || call.FPDFAction_GetType!(action) !== URI_ACTION) continue;
      const url = readUtf8(engine, (b, n) => call.FPDFAction_GetURIPath!(document, action, b, n));
      if (!/^(https?:\/\/|mailto:)[^\s<>()]+$/i.test(url)) continue;
      if (!call.FPDFLink_GetAnnotRect!(link, s)) continue;
      const [left = 0, top = 0, right = 0, bottom = 0] = engine.floats()
        .slice(s >> 2, (s >> 2) + 4);
      links.push({
        url,
        left: Math.min(left, right) - frame.left,
        right: Math.max(left, right) - frame.left,
        top: frame.top - Math.max(top, bottom),
        bottom: frame.top - Math.min(top, bottom),
      });
    }
    return links;
  } finally {
    engine.free(next);
  }
}
