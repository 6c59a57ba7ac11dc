import { fileURLToPath } from "node:url";

// From dist/ and from the bundle alike: both are one level below the package.

/** What starts a node, as a process of its own. */
export const COMMAND: string = fileURLToPath(new URL("../bin/holdfast.mjs", import.meta.url));
/** Where the clone is. */
export const REPOSITORY: URL = new URL("../../../", import.meta.url);
