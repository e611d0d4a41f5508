/** What a host's lines of stdout mean to its supervisor. */
import { parseJsonObject } from "../base/json.ts";
import { type HostEvent, hostEvent } from "./protocol.ts";

export type HostMessage =
  | { kind: "event"; event: HostEvent }
  /** It ended a document with words that the protocol does not know. `id` null: unknown which. */
  | { kind: "broken"; id: number | null; why: string };

/**
 * One line. Null for whatever is no event: a tool's own chatter, or a type that this version does
 * not know. A `done` or `error` that is malformed must not be lost, since nothing would follow it.
 */
export function parseHostLine(text: string): HostMessage | null {
  const json = parseJsonObject(text);
  if (json === null) return null;
  const parsed = hostEvent.safeParse(json);
  if (parsed.success) return { kind: "event", event: parsed.data };
  if (json.type !== "done" && json.type !== "error") return null;
  const issue = parsed.error.issues[0]!;
  const id = typeof json.id === "number" ? json.id : null;
  return { kind: "broken", id, why: `"${json.type}": ${issue.path.join(".")}: ${issue.message}` };
}
