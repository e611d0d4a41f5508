/** A proxy in front of an S3 server that counts what really arrives there. */
import { Agent, createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

export type Seen = {
  method: string;
  /** Below the store's prefix; of a LIST its prefix, with `?list` behind it. */
  key: string;
  status: number;
  ifMatch: boolean;
};

export type CountingProxy = {
  endpoint: string;
  seen: Seen[];
  close(): Promise<void>;
};

/** Forwards every request as it is, signed host included. `prefix`: bucket and store prefix, `/bucket/pdf/`. */
export async function startCountingProxy(target: string, prefix: string): Promise<CountingProxy> {
  const seen: Seen[] = [];
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const forward = request({ hostname, port, method, path: url, headers, agent }, (answer) => {
      seen.push(describe(incoming, answer.statusCode ?? 0, prefix));
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forward.on("error", () => outgoing.destroy());
    incoming.pipe(forward);
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

function describe(incoming: IncomingMessage, status: number, prefix: string): Seen {
  const url = new URL(incoming.url ?? "/", "http://server");
  const listed = url.searchParams.get("prefix");
  const path = decodeURIComponent(url.pathname);
  const bucket = prefix.split("/")[1];
  const key = url.searchParams.has("list-type")
    ? `${(listed ?? "").slice(prefix.length - `/${bucket}/`.length)}?list`
    : path.startsWith(prefix)
    ? path.slice(prefix.length)
    : path;
  return { method: incoming.method ?? "", key, status, ifMatch: "if-match" in incoming.headers };
}
