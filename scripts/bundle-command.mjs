// Makes one bundle of the command from dist/: a node that loads a dozen files instead of a thousand
// starts in half the time (docs/decisions/0012-the-command-is-a-bundle.md).
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const at = (path) => fileURLToPath(new URL(`../packages/cli/${path}`, import.meta.url));
const DIRECTORY = at("bundle");

/** They look for files beside themselves, so they are loaded from where they are installed. */
const LEFT_OUT = new Set(["@grpc/reflection", "grpc-health-check", "level", "msgpackr"]);

const installed = {
  name: "installed",
  async resolveId(id, importer) {
    if (!LEFT_OUT.has(id)) return undefined;
    const found = await this.resolve(id, importer, { skipSelf: true });
    if (found === null) throw new Error(`${id} is not installed: npm start installs it`);
    return { id: `./${relative(DIRECTORY, found.id)}`, external: true };
  },
};

const bundle = await rolldown({
  input: at("dist/main.js"),
  platform: "node",
  plugins: [installed],
});
await bundle.write({ dir: DIRECTORY, format: "esm", cleanDir: true });
await bundle.close();
