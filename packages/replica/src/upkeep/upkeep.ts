import type { Clock, Logger, Millis } from "@holdfast/base";
import type { Operation, OperationResult } from "@holdfast/state-machine";
import type { Member } from "../member.ts";
import type { ReplicaOptions } from "../replica-options.ts";
import { QuotaWatch } from "../space/quota-watch.ts";
import type { StateSize } from "../state-size.ts";
import { AutoCompaction } from "./auto-compaction.ts";
import { SessionReaper } from "./session-reaper.ts";

export interface UpkeepParts {
  readonly member: Member;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: ReplicaOptions;
  /** Of the state in use. */
  size(): StateSize | undefined;
}

/** What a member does by itself so that the replicated state stays within bounds, most of it while it leads. */
export class Upkeep {
  readonly #reaper: SessionReaper;
  readonly #compaction: AutoCompaction;
  readonly #quota: QuotaWatch;

  constructor(parts: UpkeepParts) {
    const { member, clock, logger, options, size } = parts;
    const isLeader = (): boolean => member.leader === member.id;
    const propose = (operation: Operation, deadline: Millis): Promise<OperationResult> =>
      member.session.propose(operation, { deadline });
    this.#reaper = new SessionReaper({
      clock,
      logger,
      idleMs: options.sessionIdleMs,
      isLeader,
      applied: () => member.applied,
      machine: () => member.state.machine,
      propose,
    });
    this.#compaction = new AutoCompaction({
      rule: options.compaction,
      clock,
      logger,
      isLeader,
      revisions: () => member.state.machine,
      propose,
    });
    this.#quota = new QuotaWatch({
      self: member.id,
      quotaBytes: options.quotaBytes,
      clock,
      logger,
      isLeader,
      bytes: () => size()?.bytes ?? 0,
      machine: () => member.state.machine,
      giveBack: async () => (await size()?.giveBack()) ?? { heldUntil: undefined },
      propose,
    });
  }

  start(): void {
    this.#reaper.start();
    this.#compaction.start();
    this.#quota.start();
  }

  stop(): void {
    this.#reaper.stop();
    this.#compaction.stop();
    this.#quota.stop();
  }
}
