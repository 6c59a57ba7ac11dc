/** One line of the product, and a wrong one in its place. */
export interface Mutant {
  /** The file, from the root of the repository. */
  readonly file: string;
  /** Occurs exactly once there. */
  readonly line: string;
  readonly instead: string;
}

/** The package with that line wrong; the tests' transformation makes it (`test/mutant-plugin.ts`). */
export function storageWith(mutant: Mutant): Promise<typeof import("../../src/index.ts")> {
  const entry = "../../src/index.ts";
  return import(/* @vite-ignore */ `${entry}?mutant=${encodeURIComponent(JSON.stringify(mutant))}`);
}
