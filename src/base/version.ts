/** Which BlobForge this is. */
import project from "../../deno.json" with { type: "json" };

/** scripts/build.ts writes the revision of the sources over this word in the bundle. */
const STAMP = "@@blobforge-revision@@";

/** `0.1.0`: the release. */
export const RELEASE: string = project.version;

/** `0.1.0 (1a2b3c4)`: the release and what it was built from. */
export const VERSION = `${RELEASE} (${STAMP.startsWith("@@") ? "from source" : STAMP})`;
