/** A proxy in front of an S3 server that loses, delays or replaces answers when a test says so. */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type ProxyFault =
  /** The server does it; the connection ends without an answer. */
  | { kind: "drop-answer" }
  /** The server never sees it; the connection ends. */
  | { kind: "drop-request" }
  /** The server never sees it; this answer comes instead. */
  | { kind: "answer"; status: number; code?: string }
  /** Nothing comes, until the client or the proxy closes. */
  | { kind: "hang" }
  /** The answer's body ends after so many bytes, and the connection with it. */
  | { kind: "cut-body"; after: number };

export type ProxyRequest = { method: string; path: string; query: URLSearchParams };

export type FaultyProxy = { endpoint: string; seen: ProxyRequest[]; close(): Promise<void> };

/** Forwards requests as they are (the signed Host included), unless `decide` names a fault. */
export async function startFaultyProxy(
  target: string,
  decide: (request: ProxyRequest) => ProxyFault | null,
): Promise<FaultyProxy> {
  const agent = new Agent({ keepAlive: true });
  const seen: ProxyRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? "/", target);
    const about = {
      method: incoming.method ?? "",
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
    };
    seen.push(about);
    handle(incoming, outgoing, { target: new URL(target), agent, fault: decide(about) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

type Context = { target: URL; agent: Agent; fault: ProxyFault | null };

function handle(incoming: IncomingMessage, outgoing: ServerResponse, context: Context): void {
  const { fault } = context;
  switch (fault?.kind) {
    case "hang":
      incoming.resume();
      return;
    case "drop-request":
      incoming.socket.destroy();
      return;
    case "answer":
      incoming.resume();
      incoming.on("end", () => {
        outgoing.writeHead(fault.status, { "content-type": "application/xml" });
        const code = fault.code ?? "InternalError";
        outgoing.end(`<Error><Code>${code}</Code><Message>injected</Message></Error>`);
      });
      return;
    default:
      forward(incoming, outgoing, context);
  }
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { target, agent, fault }: Context,
): void {
  const { method, url, headers } = incoming;
  const { hostname, port } = target;
  const onward = request({ hostname, port, method, path: url, headers, agent }, (answer) => {
    if (fault?.kind === "drop-answer") {
      answer.resume();
      answer.on("end", () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    if (fault?.kind !== "cut-body") return void answer.pipe(outgoing);
    let left = fault.after;
    answer.on("data", (chunk: Uint8Array) => {
      if (left <= 0) return;
      outgoing.write(chunk.subarray(0, left), () => {
        if (left <= 0) incoming.socket.destroy();
      });
      left -= chunk.length;
    });
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}
