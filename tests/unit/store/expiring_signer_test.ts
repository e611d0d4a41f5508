import assert from "node:assert/strict";
import fc from "fast-check";
import { lifetime } from "../../../src/store/expiring_signer.ts";
import type { StoreTime } from "../../../src/store/object_store.ts";

const at = (ms: number) => ms as StoreTime;

Deno.test("lifetime() dates a request in the store's time and ends it at the deadline", () => {
  assert.deepEqual(lifetime(1_060_000, at(1_000_999)), {
    signingDate: new Date(1_000_000),
    expiresIn: 60,
  });
});

Deno.test("lifetime() dates a late request in the past, so that the store refuses it", () => {
  assert.deepEqual(lifetime(1_000_000, at(5_000_000)), {
    signingDate: new Date(999_000),
    expiresIn: 1,
  });
});

Deno.test("lifetime() brings a deadline forward that is more than a week away", () => {
  const { signingDate, expiresIn } = lifetime(10 ** 12, at(10 ** 12 - 3_000_000_000));
  assert.equal(expiresIn, 7 * 24 * 3600);
  assert.ok(signingDate.getTime() + expiresIn * 1000 <= 10 ** 12);
});

Deno.test("lifetime() never ends after the deadline, nor is dated in the store's future", () => {
  const time = fc.integer({ min: 1000, max: 2_000_000_000_000 });
  fc.assert(fc.property(time, time, (notAfter, now) => {
    const { signingDate, expiresIn } = lifetime(notAfter, at(now));
    assert.ok(expiresIn >= 1 && expiresIn <= 7 * 24 * 3600);
    assert.ok(signingDate.getTime() + expiresIn * 1000 <= notAfter);
    assert.ok(signingDate.getTime() <= now);
  }));
});
