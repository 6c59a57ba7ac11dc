import type { Revision } from "@holdfast/base";
import { RequestError } from "../request-error.ts";

/** A watch cannot go on: read the keys again, and watch from behind that revision. */
export class CompactedError extends RequestError {
  /** The oldest revision that is kept. */
  readonly compactRevision: Revision;

  constructor(compactRevision: Revision) {
    super({
      code: "COMPACTED",
      message: `what comes next was compacted away: read the keys again and watch from there; the oldest revision kept is ${compactRevision}`,
      outcome: "not-applied",
      retryable: false,
    });
    this.compactRevision = compactRevision;
  }
}
