// Makes one bundle of the command from dist/, and compiles it ahead: a node that loads a dozen files instead of
// a thousand, and need not compile them, starts in a third of the time (docs/decisions/0012-the-command-is-a-bundle.md).
import { writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { compileAhead } from "./compile-command.mjs";

const at = (path) => fileURLToPath(new URL(`../packages/cli/${path}`, import.meta.url));
const DIRECTORY = at("bundle");

/** Packages that look for files beside themselves find them where they are installed. */
const besideWhatIsInstalled = {
  name: "beside-what-is-installed",
  transform(code, id) {
    if (!id.includes("/node_modules/") || !/\b__dirname\b/.test(code)) return undefined;
    const there = JSON.stringify(relative(DIRECTORY, dirname(id)));
    return code.replace(/\b__dirname\b/g, `require("node:path").join(__dirname, ${there})`);
  },
};

const bundle = await rolldown({
  input: at("dist/main.js"),
  platform: "node",
  plugins: [besideWhatIsInstalled],
});
await bundle.write({ dir: DIRECTORY, format: "cjs", cleanDir: true });
await bundle.close();
// The package is one of ES modules; the bundle is not.
writeFileSync(join(DIRECTORY, "package.json"), '{ "type": "commonjs" }\n');
await compileAhead(join(DIRECTORY, "main.js"));
