import assert from "node:assert/strict";
import { ConversionError } from "../../../src/convert/converter.ts";
import { StoreError, type StoreFault } from "../../../src/store/store_error.ts";
import { faultOf } from "../../../src/worker/failure.ts";

const osError = (code: string) => Object.assign(new Error(`${code}: write`), { code });

Deno.test("faults of this machine's disk are the machine's, not the document's", () => {
  for (const code of ["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENOMEM"]) {
    const fault = faultOf(osError(code));
    assert.equal(fault.of, "machine", code);
    assert.ok(fault.of === "machine" && fault.error.hint, code);
  }
  assert.equal(faultOf(osError("ENOENT")).of, "job");
  assert.equal(faultOf(new Error("whatever")).of, "job");
});

Deno.test("a store that refuses everything is the machine's fault, one that refuses this write the job's", () => {
  const of = (fault: StoreFault) => faultOf(new StoreError(fault, fault)).of;
  assert.deepEqual((["denied", "no-bucket", "no-space"] as const).map(of), [
    "machine",
    "machine",
    "machine",
  ]);
  assert.deepEqual((["unexpected", "unsupported", "body-changed"] as const).map(of), [
    "job",
    "job",
    "job",
  ]);
  assert.equal(of("unreachable"), "store");
});

Deno.test("a converter's own word counts", () => {
  assert.equal(faultOf(new ConversionError("infra", "no-model", "no model")).of, "machine");
  assert.equal(faultOf(new ConversionError("poison", "encrypted", "locked")).of, "job");
});
