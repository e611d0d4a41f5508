/**
 * `deno task demo [FOLDER | FILE]...`: PDFs in, Markdown out, on an embedded store in a temporary folder.
 *
 * Runs the program as a reader of the README would: ingest, worker, get. The examples come with the
 * sources; any folder may be given instead. Exits 0 if it can say of every PDF what became of it.
 */
import { basename, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type Finding,
  pageRanges,
  readDuration,
  readIngest,
  readResult,
  readState,
  withoutName,
} from "./lib/demo_answers.ts";
import { type DemoRow, demoTable } from "./lib/demo_table.ts";
import { type Program, program } from "./lib/program.ts";
import { main } from "./lib/step.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Kinds of errors that no other try would mend. Any other dead letter is a fault of this program or machine. */
const FAULTS_OF_THE_PDF = ["poison", "unreadable"];

async function demo(paths: string[]): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "blobforge-demo-" });
  const env = { ...Deno.env.toObject() };
  for (const name of Object.keys(env)) {
    if (/^(BLOBFORGE|AWS)_/.test(name)) delete env[name]; // the reader's own bucket is not for a demo
  }
  env.BLOBFORGE_STORE = pathToFileURL(join(folder, "store")).href;
  const blobforge = program({ root: ROOT, binary: Deno.env.get("BLOBFORGE_BIN"), env });

  say(`BlobForge demo in ${folder}`);
  say("");
  const findings = await ingest(blobforge, paths.length > 0 ? paths : [join(ROOT, "examples")]);
  if (findings.length === 0) {
    say("There is no PDF in what was named.");
    return 1;
  }
  await work(blobforge, join(folder, "worker.log"));
  const rows: DemoRow[] = [];
  for (const finding of findings) rows.push(await outcome(blobforge, folder, finding));
  say("");
  say(demoTable(rows));
  say("");
  return conclude(rows, folder);
}

async function ingest(blobforge: Program, paths: string[]): Promise<Finding[]> {
  say(`$ blobforge ingest ${paths.map((path) => relative(Deno.cwd(), path) || ".").join(" ")}`);
  const findings = readIngest(await blobforge.ask(["ingest", ...paths]));
  const refused = findings.filter((finding) => finding.refused).length;
  say(
    `  ${count(findings.length - refused, "PDF")} in the queue${
      refused > 0 ? `, ${count(refused, "file")} refused` : ""
    }`,
  );
  return findings;
}

async function work(blobforge: Program, log: string): Promise<void> {
  say("$ blobforge worker --drain --concurrency 2");
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const isTerminal = Deno.stdout.isTerminal();
  const ticking = isTerminal
    ? setInterval(() => write(`\r  converting, ${seconds()} ...`), 200)
    : undefined;
  const code = await blobforge.log(["worker", "--drain", "--concurrency", "2"], log);
  clearInterval(ticking);
  if (isTerminal) write("\r\x1b[2K");
  const problem = code === 0 || code === 3 ? "" : `, exit code ${code}: see ${log}`;
  say(`  ended after ${seconds()}${problem}`);
}

async function outcome(blobforge: Program, folder: string, finding: Finding): Promise<DemoRow> {
  const none = { name: basename(finding.path), pages: 0, seconds: -1 };
  if (finding.refused || !finding.hash) {
    return { ...none, outcome: "explained", text: withoutName(finding.refused ?? "refused") };
  }
  const { state, error = "for no reason that is known", kind = "" } = readState(
    await blobforge.ask(["status", finding.hash]),
  );
  if (state === "done") return { ...none, ...await fetched(blobforge, folder, finding.hash) };
  const text = withoutName(error);
  if (state !== "dead") return { ...none, outcome: "open", text: `${state}: ${text}` };
  if (FAULTS_OF_THE_PDF.includes(kind)) return { ...none, outcome: "explained", text };
  return { ...none, outcome: "open", text: `given up: ${text}` };
}

/** Fetches one result and says where its Markdown is. */
async function fetched(blobforge: Program, folder: string, hash: string) {
  const output = join(folder, "markdown");
  const result = readResult(await blobforge.ask(["get", hash, "--output", output]));
  const info = await Deno.readTextFile(join(result.folder, "info.json"));
  const ocr = result.needsOcr.length === 0
    ? ""
    : ` (needs OCR: page ${pageRanges(result.needsOcr)})`;
  return {
    pages: result.pages,
    seconds: readDuration(info),
    outcome: "done" as const,
    text: `${relative(folder, join(result.folder, result.markdown))}${ocr}`,
  };
}

function conclude(rows: DemoRow[], folder: string): number {
  const number = (outcome: DemoRow["outcome"]) =>
    rows.filter((row) => row.outcome === outcome).length;
  const [explained, open] = [number("explained"), number("open")];
  say(`${number("done")} of ${count(rows.length, "PDF")} became Markdown.`);
  if (explained > 0) say(`${explained} could not be converted, for the reason given.`);
  if (open > 0) say(`${open} should have been: worker.log tells more.`);
  say(`All of it is kept in ${folder}`);
  return open === 0 ? 0 : 1;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function say(line: string): void {
  console.log(line);
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) await main(() => demo(Deno.args));
