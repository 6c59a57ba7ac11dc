import type { BlockEvent } from "../rows/block.ts";
import type { CurrentRecord } from "../rows/current-row.ts";

/** A change of one key, with what the key was before it. */
export interface AppliedEvent extends BlockEvent {
  /** `undefined`: it did not exist, or applying had no need to know; {@link BlockEvent.version} 1 tells the first. */
  readonly before: CurrentRecord | undefined;
}

/** Bytes of keys and values that are told with the revisions that changed them. */
export const TOLD_BYTES_MAX: number = 1024 * 1024;
/** Changes that are told with their revisions. */
export const TOLD_EVENTS_MAX = 4096;

/**
 * The changes that no reader sees yet, kept for who follows them. Where there are too many
 * only that there were any is told, and who follows reads them from the rows: so nothing
 * here grows with what one revision deletes.
 */
export class UnpublishedChanges {
  #events: AppliedEvent[] = [];
  #bytes = 0;
  #areTooMany = false;

  add(event: AppliedEvent): void {
    if (this.#areTooMany) return;
    this.#bytes += event.key.length + event.value.length;
    this.#events.push(event);
    this.#areTooMany = this.#bytes > TOLD_BYTES_MAX || this.#events.length > TOLD_EVENTS_MAX;
    if (this.#areTooMany) this.#events = [];
  }

  /** All changes since it was last asked, in order; `undefined` where they are too many. */
  take(): readonly AppliedEvent[] | undefined {
    const taken = this.#areTooMany ? undefined : this.#events;
    this.#events = [];
    this.#bytes = 0;
    this.#areTooMany = false;
    return taken;
  }
}
