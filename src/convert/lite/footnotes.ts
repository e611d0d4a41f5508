/** Finds where a column's footnotes begin: small text below a short rule. */
import { isCaption } from "./headings.ts";
import type { Line } from "./lines.ts";
import type { Box, Rule } from "./page_data.ts";

const SMALLER = 0.94;
/** Share of the column that such a rule takes at most. */
const SHORT_RULE = 0.7;

/** Index of the first footnote's line; the number of lines when there is none. */
export function footnotesFrom(lines: Line[], column: Box, rules: Rule[], body: number): number {
  const wide = column.right - column.left;
  const isSmall = (line: Line) => line.size < SMALLER * body && line.mono < 0.5;
  for (let at = lines.length - 1; at >= 0 && isSmall(lines[at]!); at--) {
    const line = lines[at]!, above = lines[at - 1];
    const ruled = rules.some((rule) =>
      rule.bottom - rule.top < 3 && rule.right - rule.left < SHORT_RULE * wide &&
      rule.right - rule.left > 0.08 * wide && Math.abs(rule.left - column.left) < 2.5 * body &&
      rule.top < line.baseline && rule.top > line.baseline - 3 * body &&
      (!above || rule.top > above.baseline - 0.3 * body)
    );
    if (ruled) return at;
    // A notice without a rule stands off from the text above.
    const notice = above && !isSmall(above) && lines.length - at >= 2 && line.size < 0.85 * body &&
      line.baseline - above.baseline > 2 * body && !isCaption(line.text);
    if (notice) return at;
    const marked = line.spans[0]?.script === "super" && /^[\d*†‡§]/.test(line.text);
    if (marked && (!above || !isSmall(above))) return at;
  }
  return lines.length;
}
