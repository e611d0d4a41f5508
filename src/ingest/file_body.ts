/** A file as the body of an upload. */
import type { PdfHash } from "../queue/job.ts";
import type { Body } from "../store/object_store.ts";

const CHUNK = 256 * 1024;

/** A body that knows whether the file itself was the reason why an upload failed. */
export type FileBody = Body & {
  /** What reading the file threw last; undefined while it could be read. */
  failure: unknown;
};

/** Opens the file only when it is read, and closes it at the end, on a fault, and when it is let go. */
export function fileBody(path: string, size: number, sha256: PdfHash): FileBody {
  const body: FileBody = { size, sha256, failure: undefined, open: () => openStream(path, body) };
  return body;
}

function openStream(path: string, body: FileBody): ReadableStream<Uint8Array> {
  let file: Deno.FsFile | null = null;
  const close = () => {
    file?.close();
    file = null;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        file ??= await Deno.open(path);
        const chunk = new Uint8Array(CHUNK);
        const read = await file.read(chunk);
        if (read !== null) return controller.enqueue(chunk.subarray(0, read));
        close();
        controller.close();
      } catch (error) {
        body.failure = error;
        close();
        throw error;
      }
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
