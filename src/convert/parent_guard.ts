/**
 * Ends a process group whose supervisor died without a word (SIGKILL, power, OOM).
 *
 * A host that reads its stdin ends by itself then; one that hangs would live on for ever. So each
 * group is guarded by a small shell that does nothing but read a pipe which only this program
 * holds open: the kernel closes it however this program ends. `prctl(PR_SET_PDEATHSIG)` would need
 * Linux and a helper, and reaches the child alone; a pipe and POSIX `sh` are everywhere.
 */

/** Whole seconds that a host has to end by itself after its stdin was closed. */
const GRACE_SECONDS = 5;

const SCRIPT = `read -r line
seconds=0
while [ "$seconds" -lt "$2" ] && kill -s 0 -- "-$1" 2>/dev/null; do
  sleep 1
  seconds=$((seconds + 1))
done
kill -s KILL -- "-$1" 2>/dev/null`;

export interface ParentGuard {
  /** The group has ended. Safe to repeat. */
  stop(): Promise<void>;
}

/** Guards the group `pgid`; null where no guard can be started (no `sh`). */
export function guardGroup(pgid: number): ParentGuard | null {
  if (Deno.build.os === "windows") return null;
  let guard: Deno.ChildProcess;
  try {
    guard = new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT, "blobforge-guard", String(pgid), String(GRACE_SECONDS)],
      detached: true, // a signal to this program's group or terminal must not end the guard first
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch {
    return null;
  }
  return { stop: () => stop(guard) };
}

/** Killed before its pipe is closed: it never sees an end of its input that means nothing. */
async function stop(guard: Deno.ChildProcess): Promise<void> {
  try {
    guard.kill("SIGKILL");
  } catch {
    // it has ended already
  }
  await guard.status;
  if (!guard.stdin.locked) await guard.stdin.abort().catch(() => {});
}
