import assert from "node:assert/strict";
import { isBrokenRead, surviveBrokenReads } from "../../../src/store/old_runtime.ts";

/** Rejects without anybody to catch it, and tells whether that was forgiven. */
async function isForgiven(reason: Error): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const last = (event: PromiseRejectionEvent) => {
    resolve(event.defaultPrevented);
    event.preventDefault();
  };
  globalThis.addEventListener("unhandledrejection", last);
  void Promise.reject(reason);
  try {
    return await promise;
  } finally {
    globalThis.removeEventListener("unhandledrejection", last);
  }
}

Deno.test("surviveBrokenReads() forgives broken reads on old versions, and nothing else", async () => {
  const broken = () => new TypeError("error reading a body from connection");
  surviveBrokenReads("2.9.6");
  assert.equal(await isForgiven(broken()), false);
  surviveBrokenReads("2.6.10");
  assert.equal(await isForgiven(broken()), true);
  assert.equal(await isForgiven(new Deno.errors.Interrupted("operation canceled")), true);
  assert.equal(await isForgiven(new TypeError("x is not a function")), false);
  assert.equal(isBrokenRead("a text"), false);
});
