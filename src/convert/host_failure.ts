/** What ended a conversion, as the error that the queue understands. */
import { ConversionError } from "./converter.ts";
import type { Breach } from "./host_limits.ts";
import type { HostEvent } from "./protocol.ts";

/** Without a limit, a host that was killed from outside and held this much was killed for it. */
const LARGE_BYTES = 1024 ** 3;

const MORE_MEMORY = "It is tried again; give the machine more memory, or run fewer at once " +
  "(`blobforge worker --concurrency 1`)";
const WORDS_OF_NO_MEMORY = /out of memory|cannot allocate memory|MemoryError|bad_alloc/i;

export type Death = {
  name: string;
  log: string;
  status: { code: number; signal: string | null };
  peakBytes: number;
  memoryLimitBytes: number;
};

/** The host ended in the middle of a document. */
export function hostDied(death: Death): ConversionError {
  const { name, status } = death;
  const how = describeStatus(status);
  if (!diedOfMemory(death)) {
    return failure("transient", "host-died", name, `its host ${how}`);
  }
  const held = Math.round(death.peakBytes / 1024 / 1024);
  const why = `its host ${how}, out of memory (it held ${held} MB)`;
  return failure("resource", "out-of-memory", name, why, MORE_MEMORY);
}

export function limitBroken(name: string, breach: Breach): ConversionError {
  const hint = breach.reason === "out-of-memory"
    ? "It is tried again; a higher limit: `blobforge config --set converter_memory_mb=N`"
    : breach.reason === "timeout"
    ? "It is tried again; a longer limit: `blobforge config --set conversion_timeout=SECONDS`"
    : undefined;
  return failure("resource", breach.reason, name, breach.why, hint);
}

export function badResult(name: string, why: string): ConversionError {
  return failure("transient", "bad-result", name, `its result cannot be used: ${why}`);
}

/** The host's own words, on one line and not longer than anybody reads. */
export function reported(event: Extract<HostEvent, { type: "error" }>): ConversionError {
  const reason = oneLine(event.reason) || "unknown";
  const message = oneLine(event.message) || reason;
  return new ConversionError(event.kind, reason, message, oneLine(event.hint ?? "") || undefined);
}

/** Nothing can be converted here until somebody has repaired it. */
export function cannotStart(name: string, reason: string, why: string, hint: string) {
  return new ConversionError("infra", reason, `Cannot start converter "${name}": ${why}`, hint);
}

/** The same error with what the host wrote; anything else as it is. */
export function withLog(error: unknown, log: string): unknown {
  if (!(error instanceof ConversionError)) return error;
  return new ConversionError(error.kind, error.reason, error.message, error.hint, log);
}

export function closed(name: string): ConversionError {
  return new ConversionError("infra", "closed", `Cannot convert with "${name}": it was closed`);
}

export function describeStatus(status: { code: number; signal: string | null }): string {
  return status.signal ? `was ended by ${status.signal}` : `ended with exit code ${status.code}`;
}

function diedOfMemory({ status, log, peakBytes, memoryLimitBytes }: Death): boolean {
  if (WORDS_OF_NO_MEMORY.test(log)) return true;
  const large = memoryLimitBytes > 0 ? memoryLimitBytes / 2 : LARGE_BYTES;
  return status.signal === "SIGKILL" && peakBytes >= large;
}

function failure(
  kind: "transient" | "resource",
  reason: string,
  name: string,
  why: string,
  hint?: string,
): ConversionError {
  return new ConversionError(kind, reason, `Cannot convert with "${name}": ${why}`, hint);
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim().slice(0, 1000);
}
