/** The demo's table: what became of each PDF, for a terminal of 80 columns. */
import stringWidth from "string-width";

export type DemoRow = {
  name: string;
  /** 0: never known. */
  pages: number;
  /** Below 0: never converted. */
  seconds: number;
  /** `done`: there is Markdown; `explained`: there is none, and `text` says why; `open`: neither. */
  outcome: "done" | "explained" | "open";
  /** Where the Markdown is, or why there is none, in plain words. */
  text: string;
};

const MARKS = { done: "ok", explained: "no", open: "??" } as const;
const NAME_WIDTH = 26;

/** Aligned lines, none wider than `width`: long names are cut, long texts go on below themselves. */
export function demoTable(rows: DemoRow[], width = 80): string {
  const longest = Math.max(3, ...rows.map((row) => stringWidth(row.name)));
  const nameWidth = Math.min(longest, NAME_WIDTH);
  const line = (mark: string, name: string, pages: string, seconds: string) =>
    `${mark.padEnd(2)}  ${padded(shortened(name, nameWidth), nameWidth)}  ` +
    `${pages.padStart(5)}  ${seconds.padStart(7)}  `;
  const head = line("", "PDF", "pages", "seconds");
  const room = width - head.length;
  const lines = rows.flatMap((row) => {
    const pages = row.pages > 0 ? String(row.pages) : "-";
    const seconds = row.seconds >= 0 ? row.seconds.toFixed(1) : "-";
    const [first = "", ...rest] = wrapped(row.text, room);
    const indent = " ".repeat(head.length);
    return [line(MARKS[row.outcome], row.name, pages, seconds) + first].concat(
      rest.map((text) => indent + text),
    );
  });
  return [`${head}Markdown, or why there is none`, ...lines].map((text) => text.trimEnd()).join(
    "\n",
  );
}

/** Cut in the middle, since names of files differ at their ends. */
function shortened(name: string, width: number): string {
  if (stringWidth(name) <= width) return name;
  const letters = [...name];
  let [head, tail] = [Math.ceil(letters.length / 2), Math.floor(letters.length / 2)];
  const joined = () =>
    `${letters.slice(0, head).join("")}…${letters.slice(letters.length - tail).join("")}`;
  while (stringWidth(joined()) > width && head + tail > 0) {
    if (head > tail) head--;
    else tail--;
  }
  return joined();
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

/** Breaks at spaces, and inside a word (a path) that has no room on a line. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && stringWidth(`${line} ${word}`) > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (stringWidth(line) > width) {
      const [fits, rest] = broken(line, width);
      lines.push(fits);
      line = rest;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** As much as fits, broken after a `/` if there is one. */
function broken(word: string, width: number): [fits: string, rest: string] {
  const letters = [...word];
  let count = letters.length;
  while (count > 1 && stringWidth(letters.slice(0, count).join("")) > width) count--;
  const slash = letters.slice(0, count).lastIndexOf("/") + 1;
  const cut = slash > 0 ? slash : count;
  return [letters.slice(0, cut).join(""), letters.slice(cut).join("")];
}
