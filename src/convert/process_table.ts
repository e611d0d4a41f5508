/** What a process group holds at the moment, from the system's own process table. */

export type GroupUsage = {
  /** Living members; one that has ended and waits for its parent (a zombie) is none. */
  processes: number;
  /** Resident memory of all of them. Pages that they share are counted once for each. */
  residentBytes: number;
};

/** Never fails: a member that ends meanwhile is not counted, and neither is what cannot be read. */
export function groupUsage(pgid: number): Promise<GroupUsage> {
  return Deno.build.os === "linux"
    ? Promise.resolve(usageFromProc(pgid))
    : usageFromPs(pgid).catch(() => ({ processes: 0, residentBytes: 0 }));
}

/** Linux: one small read for each process of the machine, a second one for members. */
export function usageFromProc(pgid: number): GroupUsage {
  const usage = { processes: 0, residentBytes: 0 };
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = parseStat(readOrEmpty(`/proc/${name}/stat`));
    if (stat?.group !== pgid || stat.zombie) continue;
    const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readOrEmpty(`/proc/${name}/status`))?.[1];
    usage.processes += 1;
    usage.residentBytes += Number(kilobytes ?? 0) * 1024;
  }
  return usage;
}

/** Any Unix: POSIX `ps`. */
export async function usageFromPs(pgid: number): Promise<GroupUsage> {
  const args = ["-A", "-o", "pgid=,stat=,rss="];
  const { stdout } = await new Deno.Command("ps", { args, stderr: "null" }).output();
  return parsePs(new TextDecoder().decode(stdout), pgid);
}

/** `pid (name) state ppid pgrp ...`: the name may hold blanks and parentheses itself. */
export function parseStat(line: string): { group: number; zombie: boolean } | null {
  const [state, , group] = line.slice(line.lastIndexOf(")") + 2).split(" ");
  if (state === undefined || group === undefined) return null;
  return { group: Number(group), zombie: state === "Z" || state === "X" };
}

/** Lines of `pgid stat rss`, rss in kilobytes. */
export function parsePs(output: string, pgid: number): GroupUsage {
  const members = output.split("\n").map((line) => line.trim().split(/\s+/))
    .filter(([group, stat]) => Number(group) === pgid && !stat?.startsWith("Z"));
  const kilobytes = members.reduce((sum, [, , rss]) => sum + Number(rss ?? 0), 0);
  return { processes: members.length, residentBytes: kilobytes * 1024 };
}

function readOrEmpty(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // it ended between the two looks, or is not ours to read
  }
}
