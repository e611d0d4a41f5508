import assert from "node:assert/strict";
import { nearest } from "../../../src/cli/suggest.ts";

const words = ["status", "search", "list", "ingest", "doctor", "retry", "workers", "worker"];

Deno.test("nearest() finds what was probably meant", () => {
  assert.equal(nearest("stauts", words), "status");
  assert.equal(nearest("ingst", words), "ingest");
  assert.equal(nearest("LIST", words), "list");
  assert.equal(nearest("doc", words), "doctor");
  assert.equal(nearest("retri", words), "retry");
  assert.equal(nearest("wrkers", words), "workers");
});

Deno.test("nearest() says nothing where nothing is near", () => {
  assert.equal(nearest("frobnicate", words), undefined);
  assert.equal(nearest("x", words), undefined);
});
