import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

/** An idle connection is closed after this: most servers would close it soon, just when it is used again. */
const IDLE_MS = 3_000;

/**
 * Connections that are kept and used again, and that send each request once.
 * Deno's `node:http` sends a request a second time by itself when a used
 * connection breaks, even if the caller has given it up (denoland/deno#36786).
 * A repeated DELETE of a lease could hit the next holder's, so it must not.
 */
export function onceAgents(maxSockets: number): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  return {
    httpAgent: sendOnce(new HttpAgent({ keepAlive: true, maxSockets })),
    httpsAgent: sendOnce(new HttpsAgent({ keepAlive: true, maxSockets })),
  };
}

type Socket = Parameters<HttpAgent["reuseSocket"]>[0] & {
  setTimeout(ms: number): unknown;
};

function sendOnce<A extends HttpAgent>(agent: A): A {
  const keep = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent);
  const close = function (this: Socket) {
    this.destroy();
  };
  agent.keepSocketAlive = (socket) => {
    const kept = keep(socket);
    (socket as Socket).setTimeout(IDLE_MS);
    socket.once("timeout", close);
    return kept;
  };
  agent.reuseSocket = (socket, request) => {
    socket.removeListener("timeout", close);
    (socket as Socket).setTimeout(0);
    reuse(socket, request);
    request.reusedSocket = false; // what Deno's repetition depends on
  };
  return agent;
}
