// Loads the command's bundle with what V8 made of it when it was built: Node 20 has no compile
// cache of its own (docs/decisions/0012-the-command-is-a-bundle.md).
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { constants, Script } from "node:vm";

const PARAMETERS = ["exports", "require", "module", "__filename", "__dirname"];

/** Where the compiled form of a file of the bundle lies. */
export function cacheOf(file) {
  return `${file}.cache`;
}

/**
 * Runs a file of the bundle and, as they are asked for, the files beside it.
 *
 * `onScript(file, script)` hears of each. V8 refuses a cache of another version or other flags:
 * then the file is compiled as if there were none.
 */
export function loadBundle(main, onScript = () => {}) {
  const loaded = new Map();
  const load = (file) => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(file, module);
    const run = compile(file, onScript);
    run.call(module.exports, module.exports, requireFor(file, load), module, file, dirname(file));
    return module.exports;
  };
  return load(main);
}

function compile(file, onScript) {
  const cache = cacheOf(file);
  const script = new Script(
    `(function (${PARAMETERS.join(", ")}) { ${readFileSync(file, "utf8")}\n})`,
    {
      filename: file,
      cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    },
  );
  onScript(file, script);
  return script.runInThisContext();
}

function requireFor(file, load) {
  const outside = createRequire(file);
  const require = (id) => (id.startsWith("./") ? load(join(dirname(file), id)) : outside(id));
  return Object.assign(require, outside);
}
