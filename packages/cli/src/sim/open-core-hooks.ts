import type { LoadHook } from "node:module";

/** What is to be opened, and the file with a mistake in it, if there is to be one. */
export interface OpenedCore {
  /** The directory of the built core. */
  readonly core: string;
  readonly mutant: { readonly url: string; readonly source: string } | undefined;
}

const PRIVATE_NAME = /#([A-Za-z]\w*)/g;

let opened: OpenedCore | undefined;

/** Called by `module.register`. */
export function initialize(given: OpenedCore): void {
  opened = given;
}

/**
 * Loads the core with `$name` for every `#name`. It does the same, but whoever explores it can
 * read all that it remembers: no field can be left out of a comparison, today's or tomorrow's.
 */
export const load: LoadHook = async (url, context, nextLoad) => {
  if (opened === undefined || !url.startsWith(opened.core)) return nextLoad(url, context);
  const loaded = await nextLoad(url, context);
  const source = url === opened.mutant?.url ? opened.mutant.source : `${loaded.source}`;
  return { ...loaded, source: source.replace(PRIVATE_NAME, "$$$1") };
};
