// What the checks read: the files that somebody wrote, with their paths from the root.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's directory. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const NOT_WRITTEN = new Set(["node_modules", "dist", "bundle", "generated"]);

/** The paths of all source files under `directory`, relative to the root, in order. */
export function sourceFiles(directory) {
  return readdirSync(join(root, directory), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) return NOT_WRITTEN.has(entry.name) ? [] : sourceFiles(path);
      return /\.(ts|tsx|mts|mjs|js)$/.test(entry.name) ? [path] : [];
    })
    .sort();
}
