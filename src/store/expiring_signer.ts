/**
 * Signs S3 requests with the store's time, never the local clock. A request
 * with a deadline is presigned (SigV4 in the query) so that the store refuses it
 * afterwards; any other is signed in its headers as usual.
 */
import { S3RequestPresigner } from "@aws-sdk/s3-request-presigner";
import {
  SignatureV4,
  type SignatureV4CryptoInit,
  type SignatureV4Init,
} from "@smithy/signature-v4";
import type { StoreTime } from "./object_store.ts";

/** Marks a request with its deadline on the way to the signer, which takes it off: it is never sent. */
export const NOT_AFTER = "x-blobforge-not-after";

/** A presigned request lives a week at most; a later deadline is brought forward, which is safe. */
const LONGEST_S = 7 * 24 * 3600;

type Signing = NonNullable<Parameters<SignatureV4["sign"]>[1]>;
type Request = Parameters<SignatureV4["presign"]>[0];

/** The SDK's `signerConstructor`. `storeTime` is null before the store's first answer. */
export function expiringSigner(storeTime: () => StoreTime | null): typeof SignatureV4 {
  return class ExpiringSigner extends SignatureV4 {
    readonly #presigner: S3RequestPresigner;

    constructor(init: SignatureV4Init & SignatureV4CryptoInit) {
      super(init);
      const { credentials, region, service, sha256 } = init;
      this.#presigner = new S3RequestPresigner({ credentials, region, service, sha256 });
    }

    // deno-lint-ignore no-explicit-any -- the base class overloads `sign` for what S3 never signs
    override async sign(request: any, options: Signing = {}): Promise<any> {
      const now = storeTime();
      const deadline: string | undefined = request.headers?.[NOT_AFTER];
      if (deadline === undefined) {
        const signingDate = now === null ? options.signingDate : new Date(now);
        return await super.sign(request, { ...options, signingDate });
      }
      const { [NOT_AFTER]: _, ...headers } = request.headers;
      return await this.#presigner.presign(
        { ...request, headers: strip(headers) },
        { ...options, ...lifetime(Number(deadline), now), ...headerRules(headers) },
      );
    }
  };
}

/**
 * When a request for `notAfter` is dated, and for how many seconds it lives. It
 * is dated in the past, even if the deadline is: whether it has passed is for
 * the store to say.
 */
export function lifetime(
  notAfter: number,
  now: StoreTime | null,
): { signingDate: Date; expiresIn: number } {
  const end = Math.floor(notAfter / 1000);
  const start = Math.min(Math.floor((now ?? notAfter) / 1000), end - 1);
  return { signingDate: new Date(start * 1000), expiresIn: Math.min(end - start, LONGEST_S) };
}

type Headers = Request["headers"];

/** Headers of the other way to sign, and those that only tell about the SDK. */
function strip(headers: Headers): Headers {
  const gone = /^(authorization|x-amz-date|x-amz-user-agent|x-amz-security-token|amz-sdk-.*)$/i;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.test(name)));
}

/** Conditions, metadata and checksum must be signed as headers: servers lose them in the query. */
function headerRules(headers: Headers) {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const own = names.filter((name) => name.startsWith("x-amz-") && name !== "x-amz-content-sha256");
  return {
    unhoistableHeaders: new Set(own),
    unsignableHeaders: new Set(["content-type", "content-length", "user-agent", "expect"]),
  };
}
