// Removes what the build made: every dist/, the command's bundle and the caches. Installed packages and the nodes' data stay.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = readdirSync(join(root, "packages"))
  .map((name) => `packages/${name}/dist`)
  .concat("packages/cli/bundle", "node_modules/.cache")
  .filter((path) => existsSync(join(root, path)));

for (const path of built) rmSync(join(root, path), { recursive: true, force: true });
console.log(
  built.length === 0 ? "nothing to remove" : `removed ${built.length} directories of built files`,
);
