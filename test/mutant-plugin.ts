import { relative } from "node:path";
import type { Plugin } from "vitest/config";

const MARK = "?mutant=";
const ROOT = new URL("..", import.meta.url).pathname;

/** A change of one line of the product, as a test asks for it in the address of an import. */
interface Mutation {
  /** From the root of the repository. */
  readonly file: string;
  readonly line: string;
  readonly instead: string;
}

/**
 * Loads a second copy of a package in which one line is wrong: `import("x.ts?mutant=<JSON>")`
 * gives it with all that it imports of ours. So a test can show that it would see the
 * mistake, and no build contains a switch for it.
 */
export function mutantPlugin(): Plugin {
  return {
    name: "holdfast-mutants",
    enforce: "pre",
    async resolveId(source, importer) {
      const mark = importer?.indexOf(MARK) ?? -1;
      if (importer === undefined || mark < 0 || !/^(\.|@holdfast\/)/.test(source)) return undefined;
      const resolved = await this.resolve(source, importer.slice(0, mark), { skipSelf: true });
      return resolved === null ? undefined : resolved.id + importer.slice(mark);
    },
    transform(code, id) {
      const mark = id.indexOf(MARK);
      if (mark < 0) return undefined;
      const json = decodeURIComponent(id.slice(mark + MARK.length));
      const { file, line, instead }: Mutation = JSON.parse(json);
      if (relative(ROOT, id.slice(0, mark)) !== file) return undefined;
      const [before, after, ...more] = code.split(line);
      if (before === undefined || after === undefined || more.length > 0) {
        throw new Error(`${file} does not have exactly one "${line}"`);
      }
      return { code: before + instead + after, map: null };
    },
  };
}
