import assert from "node:assert/strict";
import fc from "fast-check";
import { BlobForgeError } from "../../../src/base/errors.ts";
import {
  checkConfig,
  DEFAULT_CONFIG,
  longestHeartbeatMs,
  marginMs,
  queueSettings,
} from "../../../src/queue/settings.ts";

Deno.test("the defaults are the original's, and allowed", () => {
  assert.deepEqual(checkConfig({}), DEFAULT_CONFIG);
  const { maxRetries, heartbeatMs, staleAfterMs } = queueSettings(DEFAULT_CONFIG);
  assert.deepEqual({ maxRetries, heartbeatMs, staleAfterMs }, {
    maxRetries: 3,
    heartbeatMs: 60_000,
    staleAfterMs: 900_000,
  });
});

Deno.test("the margin is a minute, and a fifth of a shorter timeout", () => {
  assert.equal(marginMs(900_000), 60_000);
  assert.equal(marginMs(300_000), 60_000);
  assert.equal(marginMs(15_000), 3_000);
});

Deno.test("three heartbeats fit between renewal and deadline, whatever was configured", () => {
  const config = fc.record({
    heartbeat_interval: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
    stale_timeout_minutes: fc.double({ min: 0.001, max: 1440, noNaN: true }),
  });
  fc.assert(fc.property(config, (fields) => {
    const { heartbeatMs, staleAfterMs } = queueSettings({ ...DEFAULT_CONFIG, ...fields });
    assert.ok(staleAfterMs >= 15_000);
    assert.ok(3 * heartbeatMs <= staleAfterMs - marginMs(staleAfterMs) + 1e-6);
  }));
});

Deno.test("checkConfig() refuses a heartbeat that is too slow for the timeout, and says which one works", () => {
  const slow = { heartbeat_interval: 60, stale_timeout_minutes: 2 };
  assert.throws(() => checkConfig(slow), (error: unknown) => {
    assert.ok(error instanceof BlobForgeError);
    assert.equal(error.code, "usage");
    assert.match(error.message, /at most 32/);
    return true;
  });
  const longest = longestHeartbeatMs(120_000) / 1000;
  assert.equal(checkConfig({ ...slow, heartbeat_interval: longest }).heartbeat_interval, longest);
});

Deno.test("checkConfig() names the setting that is out of bounds, and keeps fields of other programs", () => {
  const bad = { stale_timeout_minutes: 0.1, heartbeat_interval: 1 };
  assert.throws(() => checkConfig(bad), /Cannot set "stale_timeout_minutes"/);
  assert.throws(() => checkConfig({ max_retries: -1 }), /Cannot set "max_retries"/);
  assert.equal(checkConfig({ theirs: 7 }).theirs, 7);
});
