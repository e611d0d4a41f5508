/** How hashes, sizes, ages, times and states are shown to people. */
import type { JobState } from "../queue/job.ts";
import type { Style } from "./text.ts";

/** Enough to be unique in any library, and to paste back. */
export const shortHash = (hash: string): string => hash.slice(0, 12);

/** `1.4 MB`: decimal, as disks and S3 bills count. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB", "TB", "PB"];
  let value = count / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `0.4s`, `45s`, `2m 05s`, `12m`, `3h 05m`, `2d 4h`. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 9950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")}s`;
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes < 10 ? `${minutes}m ${two(seconds % 60)}s` : `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${two(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** For columns of a table: `now`, `45s`, `12m`, `3h`, `2d`. */
export function age(ms: number): string {
  if (ms < 1000) return "now";
  const [seconds, minutes, hours] = [ms / 1000, ms / 60_000, ms / 3_600_000].map(Math.floor);
  if (seconds! < 60) return `${seconds}s`;
  if (minutes! < 60) return `${minutes}m`;
  return hours! < 48 ? `${hours}h` : `${Math.floor(hours! / 24)}d`;
}

export const ago = (ms: number): string => ms < 1000 ? "just now" : `${duration(ms)} ago`;

/** `2026-11-03 14:05:09 UTC` */
export function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** ISO 8601, for JSON. */
export const iso = (ms: number): string => new Date(ms).toISOString();

/** `1,234` */
export const count = (value: number): string => value.toLocaleString("en-US");

/** `1 job`, `2 jobs`, `no jobs`. */
export function plural(value: number, word: string, many = `${word}s`): string {
  return value === 0 ? `no ${many}` : `${count(value)} ${value === 1 ? word : many}`;
}

export const STATE_STYLE: Record<JobState, Style> = {
  todo: "blue",
  processing: "cyan",
  failed: "yellow",
  dead: "red",
  done: "green",
};

/** The word that people read; the JSON keeps the queue's own. */
export const STATE_WORD: Record<JobState, string> = {
  todo: "waiting",
  processing: "running",
  failed: "will retry",
  dead: "dead",
  done: "done",
};

function two(value: number): string {
  return String(value).padStart(2, "0");
}
