/**
 * JSON: `{"counts": {"todo": {<priority>: n}, "processing", "failed", "dead", "done"},
 * "oldest_todo_s": n | null, "jobs": [{hash, state, priority, name, size, since, age_s}], "more": boolean}`.
 * `jobs` is empty unless `-v` or `--state` asks for them; `more`: the limit left some out.
 */
import { BlobForgeError } from "../../base/errors.ts";
import type { Catalogue } from "../../library/catalogue.ts";
import type { ListedJob, QueueCounts } from "../../queue/find.ts";
import { JOB_STATES, type JobState, PRIORITIES } from "../../queue/job.ts";
import type { Queue } from "../../queue/queue.ts";
import { defineCommand } from "../command.ts";
import { nameOf } from "../job_view.ts";
import { positiveInteger } from "../options.ts";
import type { Output } from "../output.ts";
import { adviceFor, countsJson, jobsOf, tally, waitingOf } from "../tally.ts";
import { safe } from "../text.ts";
import { age, bytes, count, duration, iso, shortHash, STATE_STYLE, STATE_WORD } from "../values.ts";

const LIMIT = 50;

export const command = defineCommand({
  about: "Numbers of jobs by state and priority; with -v or --state the jobs themselves.",
  examples: [
    ["blobforge list", "how many jobs wait, run, failed, are done"],
    ["blobforge list --state dead", "the dead letters, with their files"],
    ["blobforge list -v --limit 0 --json", "every job of every state, for a script"],
  ],
  setup: (command) =>
    command
      .option("--state <state>", "only jobs of this state: todo, processing, failed, dead, done")
      .option("--limit <n>", "at most so many jobs of a state; 0: all", positiveInteger, LIMIT),
  async run({ app: open, config, out }, { state, limit }) {
    const wanted = state === undefined ? undefined : parseState(state);
    const app = await open();
    const queue = await app.queue();
    const { counts } = await tally(queue);
    const states = wanted ? [wanted] : config.verbose ? JOB_STATES : [];
    const most = limit === 0 ? Infinity : limit;
    const listed = await listStates(queue, states, most);
    const catalogue = listed.jobs.length > 0 ? await app.manifest.load() : null;
    const data = {
      counts: countsJson(counts),
      oldest_todo_s: counts.oldestTodoMs === null ? null : Math.round(counts.oldestTodoMs / 1000),
      jobs: listed.jobs.map((job) => listedJson(job, catalogue)),
      more: listed.more,
    };
    out.result(data, () => {
      if (wanted === undefined) showCounts(out, counts);
      showJobs(out, data.jobs, wanted);
      if (listed.more) out.tip(`More are left out: --limit 0 shows all.`);
      else if (wanted === undefined && states.length === 0) out.tip(adviceFor(counts));
    });
  },
});

function parseState(text: string): JobState {
  const wanted = text.toLowerCase();
  const found = JOB_STATES.find((one) => one === wanted || STATE_WORD[one] === wanted);
  if (found) return found;
  throw new BlobForgeError(
    "usage",
    `"${text}" is not a state`,
    `Use one of ${JOB_STATES.join(", ")}`,
  );
}

async function listStates(queue: Queue, states: readonly JobState[], limit: number) {
  const jobs: ListedJob[] = [];
  let more = false;
  for (const state of states) {
    let seen = 0;
    for await (const job of jobsOf(queue, state)) {
      if (++seen > limit) {
        more = true;
        break;
      }
      jobs.push(job);
    }
  }
  return { jobs, more };
}

type ListedJson = ReturnType<typeof listedJson>;

function listedJson(job: ListedJob, catalogue: Catalogue | null) {
  const entry = catalogue?.get(job.hash) ?? null;
  return {
    hash: job.hash as string,
    state: job.state,
    priority: job.priority ?? null,
    name: nameOf(entry?.paths ?? []),
    size: entry?.size ?? null,
    since: iso(job.since),
    age_s: Math.round(job.ageMs / 1000),
  };
}

function showCounts(out: Output, counts: QueueCounts): void {
  const oldest = counts.oldestTodoMs === null ? "" : `oldest ${duration(counts.oldestTodoMs)}`;
  const line = (state: JobState, value: number, aside = "") => [
    { text: STATE_WORD[state], style: STATE_STYLE[state] },
    count(value),
    { text: aside, style: "dim" as const },
  ];
  const rows = [
    line("todo", waitingOf(counts), oldest),
    ...PRIORITIES.filter((one) => counts.todo[one] > 0).map((one) => [
      { text: `  ${one}`, style: "dim" as const },
      { text: count(counts.todo[one]), style: "dim" as const },
    ]),
    line("processing", counts.processing),
    line("failed", counts.failed),
    line("dead", counts.dead),
    line("done", counts.done),
  ];
  out.table([{ title: "state" }, { title: "jobs", align: "right" }, { title: "" }], rows);
}

function showJobs(out: Output, jobs: readonly ListedJson[], wanted: JobState | undefined): void {
  if (jobs.length === 0) {
    if (wanted) out.line(`No job is ${STATE_WORD[wanted]}.`);
    return;
  }
  if (wanted === undefined) out.line();
  const columns = [
    { title: "hash" },
    { title: "state" },
    { title: "prio" },
    { title: "age", align: "right" as const },
    { title: "size", align: "right" as const },
    { title: "file", flex: "middle" as const },
  ];
  const rows = jobs.map((job) => [
    shortHash(job.hash),
    { text: STATE_WORD[job.state], style: STATE_STYLE[job.state] },
    job.priority ?? "",
    age(job.age_s * 1000),
    job.size === null ? "" : bytes(job.size),
    safe(job.name ?? "-"),
  ]);
  out.table(columns, rows);
}
