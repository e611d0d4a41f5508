import type { AttemptNote } from "../records.ts";

/** More attempts than this are not kept: records must travel in one small request. */
const KEPT_ATTEMPTS = 10;
/** Errors are cut to this many characters, for the same reason. */
const ERROR_LENGTH = 500;

/** The history with one more attempt at its end. An attempt that is in it already is replaced, never doubled. */
export function attemptHistory(
  before: readonly AttemptNote[] | undefined,
  note: AttemptNote,
): AttemptNote[] {
  const others = (before ?? []).filter((one) => one.attempt !== note.attempt);
  const cut = note.error === undefined ? note : { ...note, error: clip(note.error) };
  return [...others, cut].slice(-KEPT_ATTEMPTS);
}

/** An error message as records keep it: one line, not too long. */
export function clip(error: string): string {
  const line = error.replace(/\s+/g, " ").trim();
  return line.length <= ERROR_LENGTH ? line : `${line.slice(0, ERROR_LENGTH - 1)}…`;
}
