/** PDF's oldest encryption (RC4, 40 bits), by hand: for documents with passwords in tests. */
import { createHash } from "node:crypto";

/** `user` is needed to open it; an empty one leaves only the owner's. */
export type PdfPassword = { user: string; owner: string };

export type PdfEncryptor = {
  encrypt(object: number, plain: Uint8Array): Uint8Array<ArrayBuffer>;
  dictionary: string;
  trailerId: string;
};

const PAD = Uint8Array.from(
  "28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A".match(/../g)!,
  (hex) => parseInt(hex, 16),
);
const PERMISSIONS = -4;
const FILE_ID = new Uint8Array(16).fill(7);

export function encryptor({ user, owner }: PdfPassword): PdfEncryptor {
  const ownerEntry = rc4(md5(padded(owner)).subarray(0, 5), padded(user));
  const permissions = new Uint8Array(new Int32Array([PERMISSIONS]).buffer);
  const key = md5(padded(user), ownerEntry, permissions, FILE_ID).subarray(0, 5);
  const userEntry = rc4(key, PAD);
  return {
    encrypt(object, plain) {
      const number = Uint8Array.of(object & 0xff, object >> 8, object >> 16, 0, 0);
      return rc4(md5(key, number).subarray(0, 10), plain);
    },
    dictionary: `<< /Filter /Standard /V 1 /R 2 /P ${PERMISSIONS} ` +
      `/O <${hex(ownerEntry)}> /U <${hex(userEntry)}> >>`,
    trailerId: `/ID [<${hex(FILE_ID)}> <${hex(FILE_ID)}>]`,
  };
}

function padded(password: string): Uint8Array {
  return Uint8Array.from([...new TextEncoder().encode(password), ...PAD].slice(0, 32));
}

function md5(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

function rc4(key: Uint8Array, input: Uint8Array): Uint8Array<ArrayBuffer> {
  const box = Uint8Array.from({ length: 256 }, (_, at) => at);
  const swap = (a: number, b: number) => [box[a], box[b]] = [box[b]!, box[a]!];
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + box[i]! + key[i % key.length]!) & 0xff;
    swap(i, j);
  }
  let i = 0, j = 0;
  return Uint8Array.from(input, (byte) => {
    i = (i + 1) & 0xff;
    j = (j + box[i]!) & 0xff;
    swap(i, j);
    return byte ^ box[(box[i]! + box[j]!) & 0xff]!;
  });
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
