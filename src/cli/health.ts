/** The checks of `doctor`: each says what was seen, and what to do where something is wrong. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BlobForgeError, type ErrorCode, messageOf } from "../base/errors.ts";
import { probeStore } from "../store/probe.ts";
import type { Context } from "./command.ts";
import { logOf } from "./compose.ts";
import { stateFolder } from "./folders.ts";
import { onePagePdf, SENTENCE } from "./one_page_pdf.ts";
import { bytes, duration } from "./values.ts";

export type Check = {
  check: string;
  /** `warn`: it works, but not as it should. */
  status: "ok" | "warn" | "failed";
  detail: string;
  hint?: string;
  /** What the exit code is when this fails. */
  code?: ErrorCode;
};

/** Signatures of S3 are refused from 15 minutes on; before that, times in records mislead. */
const CLOCK_WARN_MS = 60_000;
const CLOCK_FAIL_MS = 10 * 60_000;
const DISK_WARN_BYTES = 5e9;
const DISK_FAIL_BYTES = 500e6;
const CONVERT_MS = 120_000;

/** Which store it is, whether it can be reached, and what it really honours; then how far the clocks are apart. */
export async function* checkStore(context: Context, signal: AbortSignal): AsyncGenerator<Check> {
  try {
    const app = await context.app();
    await app.store.head("registry/config.json", signal);
    yield { check: "store", status: "ok", detail: app.store.url };
    yield clockCheck(app.storeNow() - app.clock.now());
    for (const finding of await probeStore(app.store, { random: app.random, signal })) {
      const bad = finding.required ? "failed" : "warn";
      yield {
        check: finding.check,
        status: finding.ok ? "ok" : bad,
        detail: finding.detail,
        ...(finding.ok ? {} : { hint: STORE_HINT, code: "store-unsupported" as const }),
      };
    }
  } catch (error) {
    signal.throwIfAborted();
    yield faultOf("store", error);
  }
}

const STORE_HINT = "Use a store that honours it: docs/providers.md names some";

function clockCheck(aheadMs: number): Check {
  const apart = Math.abs(aheadMs);
  const detail = apart < 2000
    ? "this machine and the store agree"
    : `this machine is ${duration(apart)} ${aheadMs > 0 ? "behind" : "ahead of"} the store`;
  if (apart < CLOCK_WARN_MS) return { check: "clocks", status: "ok", detail };
  const status = apart < CLOCK_FAIL_MS ? "warn" : "failed";
  return { check: "clocks", status, detail, hint: "Set this machine's clock (chrony, ntpd)" };
}

/** Room for PDFs and results under work. */
export function checkDisk(context: Context): Check {
  const folder = stateFolder(context.config.env);
  try {
    mkdirSync(folder, { recursive: true });
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const detail = `${bytes(free)} free in ${folder}`;
    if (free >= DISK_WARN_BYTES) return { check: "disk", status: "ok", detail };
    const status = free < DISK_FAIL_BYTES ? "failed" : "warn";
    return { check: "disk", status, detail, hint: "Free some, or set BLOBFORGE_STATE_DIR" };
  } catch (error) {
    const hint = "Set BLOBFORGE_STATE_DIR to a folder that can be written";
    return { check: "disk", status: "failed", detail: messageOf(error), hint };
  }
}

/** Converts a page and reads the sentence back. */
export async function checkConverter(
  context: Context,
  name: string,
  signal: AbortSignal,
): Promise<Check> {
  const { clock, openConverter } = await context.parts();
  const check = `converter ${name}`;
  let folder: string | undefined;
  try {
    const log = logOf(context.config, context.out, clock);
    const started = clock.monotonic();
    const converter = await openConverter(name, { memoryLimitBytes: 0, clock, log });
    try {
      folder = mkdtempSync(join(workFolder(context), "doctor-"));
      const pdf = join(folder, "page.pdf");
      writeFileSync(pdf, onePagePdf());
      const outDir = join(folder, "out");
      mkdirSync(outDir);
      const made = await converter.convert({ pdf, outDir, signal, timeoutMs: CONVERT_MS });
      const spent = duration(clock.monotonic() - started);
      const { name: tool, version } = converter;
      const named = version.startsWith(tool) ? version : `${tool} ${version}`;
      const detail = `${named}: a page in ${spent}`;
      if (readFileSync(join(outDir, made.markdown), "utf8").includes(SENTENCE)) {
        return { check, status: "ok", detail };
      }
      return { check, status: "failed", detail: `${detail}, but its text is not what it says` };
    } finally {
      await converter.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    const fault = faultOf(check, error);
    return { ...fault, code: fault.code === "usage" ? "usage" : "unhealthy" };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function workFolder(context: Context): string {
  const folder = stateFolder(context.config.env);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function faultOf(check: string, error: unknown): Check {
  const known = error instanceof BlobForgeError ? error : undefined;
  return {
    check,
    status: "failed",
    detail: messageOf(error),
    code: known?.code ?? "unexpected",
    ...(known?.hint ? { hint: known.hint } : {}),
  };
}
