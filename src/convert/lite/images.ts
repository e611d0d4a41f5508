/** Saves pictures beside the Markdown, each content once. */
import { createHash } from "node:crypto";
import type { ImageBytes } from "./pdfium/page_images.ts";
import { encodePng } from "./png.ts";

/** Files of one result folder. Remembers a digest and a name a picture, never its bytes. */
export class PictureFolder {
  #byDigest = new Map<string, string>();
  #counts = { page: 0, pictures: 0 };

  constructor(readonly folder: string) {}

  /**
   * Writes the picture, unless one of the same content is there, and returns the file's name:
   * `page-0012-1.jpg`. Null when it shows nothing (one colour only). Fails as the file system fails.
   */
  async save(page: number, picture: ImageBytes): Promise<string | null> {
    if (picture.kind === "pixels" && isUniform(picture.rgb)) return null;
    const bytes = picture.kind === "jpeg"
      ? picture.bytes
      : encodePng(picture.width, picture.height, picture.rgb);
    const digest = createHash("sha256").update(bytes).digest("base64");
    const known = this.#byDigest.get(digest);
    if (known) return known;
    const name = this.#nextName(page, picture.kind === "jpeg" ? "jpg" : "png");
    await Deno.writeFile(`${this.folder}/${name}`, bytes);
    this.#byDigest.set(digest, name);
    return name;
  }

  #nextName(page: number, extension: string): string {
    if (this.#counts.page !== page) this.#counts = { page, pictures: 0 };
    const number = ++this.#counts.pictures;
    return `page-${String(page).padStart(4, "0")}-${number}.${extension}`;
  }
}

function isUniform(rgb: Uint8Array): boolean {
  for (let at = 3; at < rgb.length; at++) if (rgb[at] !== rgb[at - 3]) return false;
  return true;
}
