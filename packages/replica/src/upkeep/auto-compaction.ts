import {
  type Cancel,
  type Clock,
  type Logger,
  type Millis,
  messageOf,
  type Revision,
} from "@holdfast/base";
import type { CompactOperation, OperationResult } from "@holdfast/state-machine";
import type { CompactionRule } from "./compaction-rule.ts";
import { RevisionTimes } from "./revision-times.ts";

export interface AutoCompactionParts {
  readonly rule: CompactionRule;
  readonly clock: Clock;
  readonly logger: Logger;
  isLeader(): boolean;
  /** What is applied here. */
  revisions(): { readonly revision: Revision; readonly compactRevision: Revision };
  propose(operation: CompactOperation, deadline: Millis): Promise<OperationResult>;
}

/** Between two looks at the number of revisions, ms: etcd's. */
export const REVISION_LOOK_MS: Millis = 300_000;
const PROPOSAL_MS: Millis = 10_000;

/**
 * Gives up the past by etcd's rules, if this member leads (etcd-features.md §2.8). Periodic: at each tenth of
 * the period, or of an hour of a longer one, it notes the revision, and each period, or hour, compacts to the
 * one of a period ago. Followers note as well, so that another leader goes on where this one was. By revision:
 * every five minutes, to as many below the newest as are to stay. What does not go through is tried at the next look.
 */
export class AutoCompaction {
  readonly #parts: AutoCompactionParts;
  readonly #times: RevisionTimes | undefined;
  #succeededAt: Millis = Number.NEGATIVE_INFINITY;
  #underWay = false;
  #cancel: Cancel = () => undefined;

  constructor(parts: AutoCompactionParts) {
    const { rule, clock } = parts;
    this.#parts = parts;
    if (rule.mode === "periodic") this.#times = new RevisionTimes(clock, rule.retentionMs);
  }

  start(): void {
    if (this.#parts.rule.mode === "off") return;
    this.#times?.note(this.#parts.revisions().revision);
    this.#setTimer();
  }

  stop(): void {
    this.#cancel();
  }

  #setTimer(): void {
    this.#cancel = this.#parts.clock.timer(this.#times?.everyMs ?? REVISION_LOOK_MS, () => {
      this.#look();
      this.#setTimer();
    });
  }

  #look(): void {
    const { isLeader, revisions } = this.#parts;
    const { revision, compactRevision } = revisions();
    this.#times?.note(revision);
    if (!isLeader() || this.#underWay) return;
    const target = this.#target(revision);
    if (target !== undefined && target > Math.max(compactRevision, 0)) void this.#compact(target);
  }

  #target(revision: Revision): Revision | undefined {
    const { rule, clock } = this.#parts;
    if (rule.mode === "revision") return revision - rule.revisions;
    const every = this.#times?.compactEveryMs ?? 0;
    return clock.now() - this.#succeededAt < every ? undefined : this.#times?.aPeriodAgo();
  }

  async #compact(revision: Revision): Promise<void> {
    const { clock, logger, propose, rule } = this.#parts;
    this.#underWay = true;
    try {
      const result = await propose({ kind: "compact", revision }, clock.now() + PROPOSAL_MS);
      this.#succeededAt = clock.now();
      if (result.kind === "compact") logger.info({ revision, mode: rule.mode }, "compacted");
    } catch (failure) {
      logger.warn({ revision, why: messageOf(failure) }, "not compacted; it is tried again");
    } finally {
      this.#underWay = false;
    }
  }
}
