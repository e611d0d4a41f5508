/** Starts a host and waits until it can take a document. */
import { messageOf } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import { ConversionError } from "./converter.ts";
import { cannotStart, describeStatus, reported } from "./host_failure.ts";
import { HostProcess } from "./host_process.ts";
import type { GroupDeps } from "./process_group.ts";
import type { HostEvent } from "./protocol.ts";

export type HostStart = {
  name: string;
  command: string[];
  env?: Record<string, string>;
  startTimeoutMs: number;
};
export type Ready = { host: HostProcess; version: string };

const LOG_LINES = 5;

/**
 * Fails with an `infra` error that says why and shows the host's last lines, or with the signal's
 * reason; the process is gone then.
 */
export async function startHost(
  start: HostStart,
  deps: GroupDeps,
  signal: AbortSignal,
): Promise<Ready> {
  signal.throwIfAborted();
  const host = spawn(start, deps);
  try {
    const { version } = await ready(start, host, deps.clock, signal);
    deps.log.debug("host started", { converter: start.name, version, pid: host.pid });
    return { host, version };
  } catch (error) {
    await host.kill();
    throw explained(error, start, host);
  } finally {
    host.listen(null);
  }
}

function spawn(start: HostStart, deps: GroupDeps): HostProcess {
  try {
    return new HostProcess({ command: start.command, env: start.env }, deps);
  } catch (error) {
    const hint = "Run `blobforge doctor` to see what is missing";
    throw cannotStart(start.name, "host-missing", messageOf(error), hint);
  }
}

type Settle = PromiseWithResolvers<Extract<HostEvent, { type: "ready" }>>;

async function ready(start: HostStart, host: HostProcess, clock: Clock, signal: AbortSignal) {
  const settled: Settle = Promise.withResolvers();
  const timer = new AbortController();
  const onAbort = () => settled.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const fail = (reason: string, why: string) =>
    settled.reject(cannotStart(start.name, reason, why, ""));
  host.listen((message) => {
    if (message.kind === "broken") return fail("host-start", `it said ${message.why}`);
    if (message.event.type === "ready") settled.resolve(message.event);
    if (message.event.type === "error") settled.reject(reported(message.event));
  });
  const ended = host.ended.then((status) => fail("host-start", `it ${describeStatus(status)}`));
  const late = clock.sleep(start.startTimeoutMs, timer.signal).then(
    () => fail("host-start-timeout", `it was not ready after ${start.startTimeoutMs / 1000} s`),
    () => {}, // it was ready in time
  );
  try {
    return await settled.promise;
  } finally {
    timer.abort();
    signal.removeEventListener("abort", onAbort);
    await late;
    void ended; // settles with the host; `fail` is harmless then
  }
}

/** With the host's last words, now that it is gone and has said them all. */
function explained(error: unknown, start: HostStart, { log }: HostProcess): unknown {
  if (!(error instanceof ConversionError)) return error;
  const last = log.lastLines(LOG_LINES).replaceAll("\n", " | ");
  const advice = error.hint ||
    `Run \`${start.command.join(" ")}\` by hand, or \`blobforge doctor\`, to see what is missing`;
  const hint = `${advice}; ${last === "" ? "it wrote nothing to stderr" : `it wrote: ${last}`}`;
  return new ConversionError(error.kind, error.reason, error.message, hint, log.text());
}
