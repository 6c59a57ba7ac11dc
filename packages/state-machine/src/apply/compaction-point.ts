import type { Revision } from "@holdfast/base";
import type { ApplyFailure, CompactOperation } from "../command.ts";
import type { OperationResult } from "../result.ts";
import { FRESH_STATE } from "../rows/meta-row.ts";

/** The smallest revision that can be read, as the running operation sees it. */
export class CompactionPoint {
  #revision: Revision = FRESH_STATE.compactRevision;

  get revision(): Revision {
    return this.#revision;
  }

  begin(revision: Revision): void {
    this.#revision = revision;
  }

  /** Decides at once what can be read from now on; the place is freed later (decision 12). */
  apply({ revision }: CompactOperation, newest: Revision): OperationResult {
    const failure = this.#move(revision, newest);
    if (failure === undefined) return { kind: "compact", revision: newest };
    return { kind: "failed", revision: newest, failure };
  }

  /** Why it cannot, if it cannot. */
  #move(revision: Revision, newest: Revision): ApplyFailure | undefined {
    if (revision <= this.#revision) return { reason: "compacted", compactRevision: this.#revision };
    if (revision > newest) return { reason: "future-revision" };
    this.#revision = revision;
    return undefined;
  }
}
