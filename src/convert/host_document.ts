/** One document in a host that is ready: from the request to its end, whatever ends it. */
import type { Clock } from "../base/clock.ts";
import type { Conversion, ConvertRequest } from "./converter.ts";
import { badResult, hostDied, limitBroken, reported } from "./host_failure.ts";
import { firstBreach } from "./host_limits.ts";
import type { HostMessage } from "./host_messages.ts";
import type { HostProcess } from "./host_process.ts";
import { checkResult, type Done } from "./host_result.ts";
import type { HostEvent } from "./protocol.ts";

export type DocumentRequest = ConvertRequest & { id: number };
export type DocumentOptions = { name: string; stallTimeoutMs: number; memoryLimitBytes: number };

/**
 * Fails with `ConversionError` or the signal's reason. The host is left as it is then: unless it
 * reported the failure itself it may still be at work, and the caller kills it. The error bears no
 * log yet: what the host wrote last is known only when it is gone.
 */
export async function runDocument(
  host: HostProcess,
  request: DocumentRequest,
  options: DocumentOptions,
  deps: { clock: Clock },
): Promise<Conversion> {
  const { id, pdf, outDir } = request;
  const done = await untilDone(host, request, options, deps.clock, () =>
    // A host that does not read fills no pipe with one short line; the limits see that it is silent.
    host.send({ type: "convert", id, pdf, out: outDir }));
  const result = await checkResult(done, outDir);
  if (typeof result !== "string") return result;
  throw badResult(options.name, result);
}

async function untilDone(
  host: HostProcess,
  request: DocumentRequest,
  options: DocumentOptions,
  clock: Clock,
  send: () => Promise<void>,
): Promise<Done> {
  const { signal } = request;
  const settled = Promise.withResolvers<Done>();
  const onAbort = () => settled.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  host.listen((message) => hear(message, request, options, settled));
  const sent = send();
  const watching = new AbortController();
  const watched = watchLimits(host, request, options, clock, watching.signal, settled.reject);
  const { name, memoryLimitBytes } = options;
  void host.ended.then((status) => {
    const { peakBytes, log } = host;
    settled.reject(hostDied({ name, log: log.text(), status, peakBytes, memoryLimitBytes }));
  }); // never fails; settled long since when the host outlives the document
  try {
    if (signal.aborted) onAbort();
    return await settled.promise;
  } finally {
    watching.abort();
    signal.removeEventListener("abort", onAbort);
    host.listen(null);
    void sent; // never fails
    await watched;
  }
}

async function watchLimits(
  host: HostProcess,
  { timeoutMs }: DocumentRequest,
  { name, stallTimeoutMs, memoryLimitBytes }: DocumentOptions,
  clock: Clock,
  signal: AbortSignal,
  reject: (error: unknown) => void,
): Promise<void> {
  const limits = { timeoutMs, stallTimeoutMs, memoryLimitBytes };
  try {
    const breach = await firstBreach(limits, host, clock, signal);
    reject(limitBroken(name, breach));
  } catch (error) {
    if (!signal.aborted) reject(error);
  }
}

function hear(
  message: HostMessage,
  request: DocumentRequest,
  { name }: DocumentOptions,
  settled: { resolve(done: Done): void; reject(error: unknown): void },
): void {
  if (message.kind === "broken") {
    if (message.id !== null && message.id !== request.id) return;
    return settled.reject(badResult(name, message.why));
  }
  const { event } = message;
  if (event.type === "ready" || (event.id !== request.id && event.id !== null)) return;
  if (event.type === "done") settled.resolve(event);
  else if (event.type === "error") settled.reject(reported(event));
  else pass(event, request, settled.reject);
}

function pass(
  event: Extract<HostEvent, { type: "progress" }>,
  request: DocumentRequest,
  reject: (error: unknown) => void,
): void {
  const { stage, pages_done, pages_total } = event;
  try {
    request.onProgress?.({ stage, pagesDone: pages_done, pagesTotal: pages_total });
  } catch (error) {
    reject(error); // the caller's own fault is the caller's to hear of
  }
}
