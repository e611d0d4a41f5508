/**
 * Before Deno 2.8 `node:http` reads the body of an answer without looking at
 * failures: a connection that breaks would end the process, and its reader would
 * wait for ever. Keeps the process alive there; the reader's own time limit
 * (`stallMs`) then ends the wait. Does nothing on newer versions.
 */
export function surviveBrokenReads(version: string = Deno.version.deno): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (installed || major > 2 || (major === 2 && minor >= 8)) return;
  installed = true;
  globalThis.addEventListener("unhandledrejection", (event) => {
    if (isBrokenRead(event.reason)) event.preventDefault();
  });
}

/** What such a read fails with: the connection broke, or the reader went away. */
export function isBrokenRead(reason: unknown): boolean {
  if (reason instanceof Deno.errors.Interrupted) return true;
  return reason instanceof TypeError && reason.message.startsWith("error reading a body from");
}

let installed = false;
