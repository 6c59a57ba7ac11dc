import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory of its own for one test. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
  /** Removes it and all in it; harmless when repeated. */
  remove(): Promise<void>;
}

/** Makes a fresh directory; `await using` removes it. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), "holdfast-"));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 });
  return { path, remove, [Symbol.asyncDispose]: remove };
}
