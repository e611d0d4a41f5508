/** An S3 server that takes every request: no conditions, no expiry, no signatures. What such a store would do to a queue is why it is refused. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type LaxS3 = { endpoint: string; objects: Map<string, Uint8Array>; close(): Promise<void> };

/** `honours`: what this server does after all: conditions (but no expiry), or nothing. */
export async function startLaxS3(honours: "conditions" | "nothing"): Promise<LaxS3> {
  const objects = new Map<string, Uint8Array>();
  const server = createServer((incoming, outgoing) => {
    outgoing.setHeader("Date", new Date().toUTCString());
    answer(objects, honours === "conditions", incoming, outgoing)
      .catch((error) => outgoing.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  objects: Map<string, Uint8Array>,
  conditional: boolean,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? "/", "http://server");
  const key = decodeURIComponent(url.pathname).split("/").slice(2).join("/");
  const body = await bytesOf(incoming);
  if (url.searchParams.has("list-type")) return list(objects, url.searchParams, outgoing);
  const there = objects.get(key);
  if (incoming.method === "PUT") {
    if (conditional && isRefused(incoming.headers, there)) {
      outgoing.writeHead(412).end("<Error><Code>PreconditionFailed</Code></Error>");
      return;
    }
    objects.set(key, body);
    outgoing.writeHead(200, { ETag: etag(body) }).end();
  } else if (incoming.method === "DELETE") {
    objects.delete(key);
    outgoing.writeHead(204).end();
  } else if (there === undefined) {
    outgoing.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
  } else {
    const headers = {
      ETag: etag(there),
      "Content-Length": there.length,
      "Last-Modified": new Date().toUTCString(),
    };
    outgoing.writeHead(200, headers).end(incoming.method === "HEAD" ? undefined : there);
  }
}

function isRefused(headers: IncomingMessage["headers"], there: Uint8Array | undefined): boolean {
  if (headers["if-none-match"] === "*") return there !== undefined;
  const wanted = headers["if-match"]?.replaceAll('"', "");
  return wanted !== undefined && (!there || etag(there).replaceAll('"', "") !== wanted);
}

function list(
  objects: Map<string, Uint8Array>,
  query: URLSearchParams,
  outgoing: ServerResponse,
): void {
  const prefix = query.get("prefix") ?? "";
  const after = query.get("start-after") ?? "";
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const now = new Date().toISOString();
  const contents = keys.map((key) => {
    const body = objects.get(key)!;
    return `<Contents><Key>${key}</Key><LastModified>${now}</LastModified>` +
      `<ETag>${etag(body)}</ETag><Size>${body.length}</Size></Contents>`;
  });
  outgoing.writeHead(200, { "Content-Type": "application/xml" }).end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${
      contents.join("")
    }</ListBucketResult>`,
  );
}

function etag(body: Uint8Array): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

async function bytesOf(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
