/** `blobforge --help`: what it is for, where to begin, every command, exit codes. */
import { COMMANDS, type Group } from "./command_table.ts";
import { pad, type Paint } from "./text.ts";

const GROUPS: readonly Group[] = ["Convert", "Look", "Steer", "Set up"];

const COMMON: readonly (readonly [string, string])[] = [
  ["--store URL", "s3://bucket/prefix, file:///folder (or BLOBFORGE_STORE)"],
  ["--json", "one JSON document on stdout, for scripts"],
  ["-q, --quiet", "no progress, no advice"],
  ["-v, --verbose", "more detail"],
  ["--log-format F", "events on stderr: human or json"],
  ["--no-color", "no colours (as NO_COLOR=1 does)"],
  ["-h, --help", "this help; after a command: its own"],
  ["-V, --version", "version and revision"],
];

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "done (also: nothing to do)"],
  ["1", "something unexpected"],
  ["2", "wrong usage or input"],
  ["3", "done, but some items failed"],
  ["4", "not found"],
  ["5", "conflict: held by somebody else"],
  ["6", "the store lacks something needed"],
  ["7", "not allowed: check the credentials"],
  ["8", "the store cannot be reached"],
  ["10", "unhealthy (doctor)"],
  ["130, 143", "ended by SIGINT, SIGTERM"],
];

export function topHelp(paint: Paint): string {
  const title = (text: string) => paint("bold", text);
  const lines = [
    "BlobForge turns PDFs into Markdown, on one machine or on many.",
    "The store (a folder or an S3 bucket) is all they share: no server, no database.",
    "",
    title("Begin:"),
    "  blobforge ingest ~/papers     add a folder of PDFs",
    "  blobforge worker --drain      convert them; on more machines: the same",
    "  blobforge get paper.pdf       fetch the Markdown",
    "",
    `${title("Usage:")} blobforge COMMAND [OPTIONS]`,
    "",
    ...GROUPS.flatMap((group) => [title(`${group}:`), ...commandsOf(group, paint), ""]),
    title("Common options:"),
    ...rows(COMMON, paint),
    "",
    title("Exit codes:"),
    ...rows(EXIT_CODES, paint),
    "",
    "A job is named by its hash, at least 6 digits of it, or the path of its PDF.",
    "`blobforge COMMAND --help` shows options and examples of a command.",
  ];
  return `${lines.join("\n")}\n`;
}

function commandsOf(group: Group, paint: Paint): string[] {
  return rows(
    COMMANDS.filter((one) => one.group === group).map(({ name, summary }) => [name, summary]),
    paint,
  );
}

function rows(of: readonly (readonly [string, string])[], paint: Paint): string[] {
  return of.map(([left, right]) => `  ${paint("cyan", pad(left, 16))}${right}`);
}
