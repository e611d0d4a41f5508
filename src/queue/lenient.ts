/** Reads JSON objects that others wrote, as far as they can be used. */
import type { z } from "zod";
import { parseJsonObject } from "../base/json.ts";

/**
 * Fields that are bad read as if they were missing, and bytes that are no JSON
 * object as an empty one; `problem` says what was wrong. Every field of the
 * schema is optional or has a default.
 */
export function readLenient<S extends z.ZodObject>(
  schema: S,
  bytes: Uint8Array,
): { value: z.infer<S>; problem: string | null } {
  const json = parseJsonObject(bytes);
  if (json === null) return { value: schema.parse({}), problem: "not a JSON object" };
  const whole = schema.safeParse(json);
  if (whole.success) return { value: whole.data, problem: null };
  const bad = new Set(whole.error.issues.map((issue) => String(issue.path[0])));
  const rest = Object.fromEntries(Object.entries(json).filter(([key]) => !bad.has(key)));
  return { value: schema.parse(rest), problem: `bad ${[...bad].join(", ")}` };
}
