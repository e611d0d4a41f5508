import assert from "node:assert/strict";
import { denoIsAtLeast } from "../../../scripts/lib/deno_version.ts";

Deno.test("denoIsAtLeast() compares numbers, not texts", () => {
  assert.equal(denoIsAtLeast(2, 9, "2.9.6"), true);
  assert.equal(denoIsAtLeast(2, 9, "2.10.0"), true);
  assert.equal(denoIsAtLeast(2, 9, "3.0.0-rc.1"), true);
  assert.equal(denoIsAtLeast(2, 9, "2.6.10"), false);
  assert.equal(denoIsAtLeast(2, 9, "1.46.3"), false);
});
