/** Whether the Deno that runs this is of `major.minor` or later. */
export function denoIsAtLeast(
  major: number,
  minor: number,
  version: string = Deno.version.deno,
): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
