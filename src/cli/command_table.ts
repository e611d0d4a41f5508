/** Every command: its name, one line for the help, and where its code is. Nothing is loaded before it is chosen. */
import type { CommandDefinition } from "./command.ts";

export type Group = "Convert" | "Look" | "Steer" | "Set up";

export type TableEntry = {
  name: string;
  group: Group;
  summary: string;
  load(): Promise<{ command: CommandDefinition }>;
};

export const COMMANDS: readonly TableEntry[] = [
  {
    name: "ingest",
    group: "Convert",
    summary: "add PDFs to the library and the queue",
    load: () => import("./commands/ingest.ts"),
  },
  {
    name: "worker",
    group: "Convert",
    summary: "convert what waits, on this machine",
    load: () => import("./commands/worker.ts"),
  },
  {
    name: "get",
    group: "Convert",
    summary: "fetch results: Markdown and images",
    load: () => import("./commands/get.ts"),
  },
  {
    name: "convert",
    group: "Convert",
    summary: "convert files right here, without a store",
    load: () => import("./commands/convert.ts"),
  },
  {
    name: "preview",
    group: "Convert",
    summary: "show the beginning of a result",
    load: () => import("./commands/preview.ts"),
  },
  {
    name: "dashboard",
    group: "Look",
    summary: "the whole queue at a glance",
    load: () => import("./commands/dashboard.ts"),
  },
  {
    name: "watch",
    group: "Look",
    summary: "the dashboard, again and again",
    load: () => import("./commands/watch.ts"),
  },
  {
    name: "status",
    group: "Look",
    summary: "where one job is, and what became of it",
    load: () => import("./commands/status.ts"),
  },
  {
    name: "list",
    group: "Look",
    summary: "numbers by state, or the jobs of a state",
    load: () => import("./commands/list.ts"),
  },
  {
    name: "logs",
    group: "Look",
    summary: "why a job's attempts failed",
    load: () => import("./commands/logs.ts"),
  },
  {
    name: "workers",
    group: "Look",
    summary: "the machines that convert",
    load: () => import("./commands/workers.ts"),
  },
  {
    name: "search",
    group: "Look",
    summary: "find PDFs by name, path or tag",
    load: () => import("./commands/search.ts"),
  },
  {
    name: "lookup",
    group: "Look",
    summary: "paths of a hash, or the hash of a path",
    load: () => import("./commands/lookup.ts"),
  },
  {
    name: "manifest",
    group: "Look",
    summary: "numbers about the library",
    load: () => import("./commands/manifest.ts"),
  },
  {
    name: "retry",
    group: "Steer",
    summary: "put failed or dead jobs back in the queue",
    load: () => import("./commands/retry.ts"),
  },
  {
    name: "reprioritize",
    group: "Steer",
    summary: "move a job to another priority",
    load: () => import("./commands/reprioritize.ts"),
  },
  {
    name: "cancel",
    group: "Steer",
    summary: "take jobs out of the queue, also running ones",
    load: () => import("./commands/cancel.ts"),
  },
  {
    name: "reconvert",
    group: "Steer",
    summary: "convert a finished PDF once more",
    load: () => import("./commands/reconvert.ts"),
  },
  {
    name: "remove",
    group: "Steer",
    summary: "delete a PDF, its result and its job for ever",
    load: () => import("./commands/remove.ts"),
  },
  {
    name: "janitor",
    group: "Steer",
    summary: "put right now what workers left behind",
    load: () => import("./commands/janitor.ts"),
  },
  {
    name: "doctor",
    group: "Set up",
    summary: "test the store, the converter, disk and clocks",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "config",
    group: "Set up",
    summary: "show or change settings of the whole fleet",
    load: () => import("./commands/config.ts"),
  },
  {
    name: "completions",
    group: "Set up",
    summary: "completion script for bash, zsh or fish",
    load: () => import("./commands/completions.ts"),
  },
];

/** Names of the original: what is typed -> what it means. */
export const ALIASES: Readonly<Record<string, readonly [command: string, ...words: string[]]>> = {
  "retry-all": ["retry", "--all"],
  "download": ["get", "--zip"],
  "test-s3": ["doctor"],
};

/** The entry that a typed word means, and the words that it stands for besides. */
export function findCommand(word: string): { entry: TableEntry; words: string[] } | undefined {
  const [name, ...words] = ALIASES[word] ?? [word];
  const entry = COMMANDS.find((one) => one.name === name);
  return entry && { entry, words };
}

export function commandNames(): string[] {
  return [...COMMANDS.map((entry) => entry.name), ...Object.keys(ALIASES), "help"];
}
