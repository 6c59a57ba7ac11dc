import type { RowWriter } from "@holdfast/base";
import { FRESH_STATE, type StateMeta } from "../rows/meta-row.ts";
import type { StateMachineOptions } from "../state-machine-options.ts";
import type { UnpublishedChanges } from "./unpublished-changes.ts";

/** Shows readers what was written, and tells those who follow of it. */
export class Publication {
  readonly #rows: RowWriter;
  readonly #published: StateMachineOptions["published"];
  /** As it was told last. */
  #told: StateMeta = FRESH_STATE;

  constructor(rows: RowWriter, published: StateMachineOptions["published"]) {
    this.#rows = rows;
    this.#published = published;
  }

  /** Readers see this already. */
  begin(meta: StateMeta): void {
    this.#told = meta;
  }

  publish(meta: StateMeta, changes: UnpublishedChanges): void {
    this.#rows.publish();
    const events = changes.take();
    const { revision, compactRevision } = meta;
    const { revision: before, compactRevision: compactedBefore } = this.#told;
    if (revision === before && compactRevision === compactedBefore) return;
    this.#told = meta;
    this.#published?.({ revision, compactRevision, events });
  }
}
