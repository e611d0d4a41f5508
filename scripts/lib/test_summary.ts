/** How many tests passed and failed, from what `deno test` says at its end. */

export type Counts = { passed: number; failed: number; ignored: number };

/**
 * Reads the last summary line. A module that cannot be loaded counts as one failure there (a JUnit report
 * leaves it out). A run that failed never counts zero failures, so a crash is not mistaken for success.
 */
export function countTests(output: string, success: boolean): Counts {
  const summaries = plain(output).matchAll(
    /\| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/g,
  );
  const [, passed = 0, failed = 0, ignored = 0] = [...summaries].at(-1)?.map(Number) ?? [];
  return {
    passed: passed || 0,
    failed: success ? failed || 0 : Math.max(1, failed || 0),
    ignored: ignored || 0,
  };
}

/** The line that ends every run. */
export function closingLine({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}

function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}
