/** What a run of `deno task test` needs, from the words after it. */
import { existsSync } from "node:fs";
import { posix } from "node:path";

export type TestPlan = {
  /** For `deno test`: its own options, then files and folders. */
  args: string[];
  needsMinio: boolean;
  needsBinary: boolean;
};

/** Options of `deno test` whose value is the next word. */
const WITH_VALUE = ["--filter", "--junit-path", "--reporter", "--retry", "--repeats", "--seed"];

/**
 * `-…` goes to `deno test` as it is, a word that is a path is a path, any other word filters by name.
 * Only a run of nothing but tests/unit and tests/contract does without a server, only tests/e2e needs the binary.
 */
export function planTests(
  words: string[],
  exists: (path: string) => boolean = existsSync,
): TestPlan {
  const options: string[] = [];
  const paths: string[] = [];
  const names: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word.startsWith("-")) {
      options.push(word);
      if (WITH_VALUE.includes(word) && at + 1 < words.length) options.push(words[++at]!);
    } else if (exists(word)) {
      paths.push(word);
    } else {
      names.push(word);
    }
  }
  if (names.length > 0) options.push("--filter", filterOf(names));
  if (paths.length === 0) paths.push("tests");
  const within = (path: string, folder: string) =>
    `${posix.normalize(path.replaceAll("\\", "/"))}/`.includes(folder);
  const alone = (path: string) => ["tests/unit/", "tests/contract/"].some((f) => within(path, f));
  const local = (path: string) => alone(path) || within(path, "tests/integration/");
  return {
    args: [...options, ...paths],
    needsMinio: !paths.every(alone),
    needsBinary: !paths.every(local),
  };
}

/** `deno test` takes one filter: a text, or a regular expression between slashes. */
function filterOf(names: string[]): string {
  if (names.length === 1) return names[0]!;
  return `/${names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|")}/`;
}
