/** What a result's zip may hold. Pure: decides before anything is written. */

/** One entry of a zip's directory, as it claims to be. */
export type Member = {
  name: string;
  isFolder: boolean;
  size: number;
  compressedSize: number;
  crc32: number;
  /** Upper half of the external attributes: the Unix mode, or 0. */
  mode: number;
  /** Can be read: not encrypted, and stored or deflated. */
  isReadable: boolean;
};

export type ZipLimits = { members: number; bytes: number; ratio: number };

export const ZIP_LIMITS: ZipLimits = {
  members: 200_000,
  bytes: 16 * 1024 ** 3,
  /** Of the whole zip, and only looked at above {@link RATIO_FROM}: text shrinks 20 times at most. */
  ratio: 200,
};
const RATIO_FROM = 64 * 1024 ** 2;
const FILE_TYPE = 0o170000;
const FOLDER = 0o040000;
const REGULAR = 0o100000;

/** Why the zip must not be extracted, in one line; null if it may be. `zipSize`: its own bytes. */
export function judgeZip(
  members: readonly Member[],
  zipSize: number,
  limits: ZipLimits = ZIP_LIMITS,
): string | null {
  if (members.length > limits.members) return `it has more than ${limits.members} entries`;
  let size = 0;
  let compressed = 0;
  for (const member of members) {
    const problem = judgeMember(member);
    if (problem !== null) {
      return `its entry ${JSON.stringify(member.name.slice(0, 120))} ${problem}`;
    }
    size += member.size;
    compressed += member.compressedSize;
  }
  if (compressed > zipSize) return "its entries overlap";
  if (size > limits.bytes) return `it would take more than ${limits.bytes} bytes`;
  if (size > RATIO_FROM && size > zipSize * limits.ratio) {
    return `it would grow to ${size} bytes, ${Math.round(size / zipSize)} times its size`;
  }
  return judgeNames(members);
}

function judgeMember(member: Member): string | null {
  const { name, mode, isFolder } = member;
  if (name.includes("\0")) return "has a NUL in its name";
  if (name.includes("\\")) return "has a backslash in its name";
  if (name.startsWith("/")) return "is an absolute path";
  if (/^[a-zA-Z]:/.test(name)) return "names a drive";
  const parts = (isFolder ? name.slice(0, -1) : name).split("/");
  if (parts.some((part) => part === "..")) return "leads out of the folder";
  if (parts.some((part) => part === "" || part === ".")) return "has an empty part in its name";
  const type = mode & FILE_TYPE;
  if (type !== 0 && type !== (isFolder ? FOLDER : REGULAR)) return "is no plain file (a link?)";
  if (!isFolder && !member.isReadable) return "is encrypted or packed in a way that is not known";
  return null;
}

/** The same name twice, or a file where another entry needs a folder. */
function judgeNames(members: readonly Member[]): string | null {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const { name, isFolder } of members) {
    const bare = isFolder ? name.slice(0, -1) : name;
    if (!isFolder && files.has(bare)) return `it has ${JSON.stringify(bare)} twice`;
    (isFolder ? folders : files).add(bare);
    const parts = bare.split("/");
    for (let at = 1; at < parts.length; at++) folders.add(parts.slice(0, at).join("/"));
  }
  const both = [...files].find((name) => folders.has(name));
  return both === undefined ? null : `its ${JSON.stringify(both)} is both a file and a folder`;
}
