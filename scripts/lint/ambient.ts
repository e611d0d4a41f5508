/** Which globals and builtin modules are kept to one home: time, chance and the environment are passed in everywhere else. */

type Home = { files: string[]; instead: string };

const CLOCK: Home = { files: ["src/base/clock.ts"], instead: "take a Clock (src/base/clock.ts)" };
const RANDOM: Home = {
  files: ["src/base/random.ts"],
  instead: "take a Random (src/base/random.ts)",
};
const CLI: Home = { files: ["src/cli/"], instead: "read it in src/cli and pass it in" };

/** Bare globals, as they are called: `setTimeout(…)`. */
const GLOBALS: Record<string, Home> = {
  setTimeout: CLOCK,
  setInterval: CLOCK,
};

/** Members, whatever is done with them: `Date.now`. `Date.parse`, `Date.UTC` and `new Date(x)` only translate. */
const MEMBERS: Record<string, Home> = {
  "Date.now": CLOCK,
  "performance.now": CLOCK,
  "performance.timeOrigin": CLOCK,
  "AbortSignal.timeout": CLOCK,
  "globalThis.setTimeout": CLOCK,
  "globalThis.setInterval": CLOCK,
  "Math.random": RANDOM,
  "crypto.randomUUID": RANDOM,
  "crypto.getRandomValues": RANDOM,
  "Deno.env": CLI,
  "process.env": CLI,
};

/** Names that a builtin module exports; `*` is all of them. */
const BUILTINS: Record<string, Record<string, Home>> = {
  "node:timers": { "*": CLOCK },
  "node:timers/promises": { "*": CLOCK },
  "node:perf_hooks": { "*": CLOCK },
  "node:crypto": {
    randomUUID: RANDOM,
    randomBytes: RANDOM,
    randomInt: RANDOM,
    randomFillSync: RANDOM,
  },
  "node:process": { env: CLI },
};

export function judgeGlobal(file: string, name: string): string | null {
  return judge(file, name, GLOBALS[name]);
}

export function judgeMember(file: string, object: string, property: string): string | null {
  return judge(file, `${object}.${property}`, MEMBERS[`${object}.${property}`]);
}

/** `new Date()` and `Date()` read the clock; with an argument they translate a time that was passed in. */
export function judgeDate(file: string, reads: boolean): string | null {
  return reads ? judge(file, "the current Date", CLOCK) : null;
}

export function judgeBuiltin(file: string, module: string, name: string): string | null {
  const names = BUILTINS[module];
  return judge(file, `${name} of ${module}`, names?.[name] ?? names?.["*"]);
}

function judge(file: string, what: string, home: Home | undefined): string | null {
  if (home === undefined || !file.startsWith("src/")) return null;
  if (home.files.some((path) => file === path || (path.endsWith("/") && file.startsWith(path)))) {
    return null;
  }
  return `${what} is only used in ${home.files.join(", ")}: ${home.instead}`;
}
