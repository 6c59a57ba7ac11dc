import type { Clock, Logger } from "@holdfast/base";
import type { Member } from "../member.ts";
import type { ReplicaOptions } from "../replica-options.ts";
import { AutoCompaction } from "./auto-compaction.ts";
import { SessionReaper } from "./session-reaper.ts";

export interface UpkeepParts {
  readonly member: Member;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: ReplicaOptions;
}

/** What a member does by itself so that the replicated state stays within bounds, most of it while it leads. */
export class Upkeep {
  readonly #reaper: SessionReaper;
  readonly #compaction: AutoCompaction;

  constructor(parts: UpkeepParts) {
    const { member, clock, logger, options } = parts;
    this.#reaper = new SessionReaper({ member, clock, idleMs: options.sessionIdleMs, logger });
    this.#compaction = new AutoCompaction({
      rule: options.compaction,
      clock,
      logger,
      isLeader: () => member.leader === member.id,
      revisions: () => member.state.machine,
      propose: (operation, deadline) => member.session.propose(operation, { deadline }),
    });
  }

  start(): void {
    this.#reaper.start();
    this.#compaction.start();
  }

  stop(): void {
    this.#reaper.stop();
    this.#compaction.stop();
  }
}
