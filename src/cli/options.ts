/** Values of options, read and refused in one way. */
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { isPriority, PRIORITIES, type Priority } from "../queue/job.ts";

/** A whole number, 0 or more. */
export function positiveInteger(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("a whole number is needed");
  return Number(text);
}

/** `2_high`, `high` or `2`. */
export function priority(text: string): Priority {
  const wanted = text.trim().toLowerCase();
  const found = PRIORITIES.find((one) =>
    one === wanted || one.slice(2) === wanted || one[0] === wanted
  );
  if (found && isPriority(found)) return found;
  throw new InvalidArgumentError(`use one of ${PRIORITIES.join(", ")}`);
}

/** For options that may be given several times. */
export function several(text: string, before: string[] | undefined): string[] {
  return [...before ?? [], text];
}
