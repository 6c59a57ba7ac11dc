import type { Cancel, Clock, Logger, LogIndex, Millis } from "@holdfast/base";
import { fromByteString, messageOf } from "@holdfast/base";
import type { Member } from "../member.ts";

export interface SessionReaperParts {
  readonly member: Member;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly idleMs: Millis;
}

interface Mark {
  readonly at: Millis;
  readonly applied: LogIndex;
}

/** How finely idleness is measured. */
const MARKS = 16;
/** Sessions ended by one entry at most. */
const EXPIRE_MAX = 256;
const PROPOSAL_MS = 10_000;

/**
 * Ends sessions that have been idle, if this member leads: idleness is measured
 * here by the log's progress over time, but judged again when it is applied, by
 * the log alone (decision 18).
 */
export class SessionReaper {
  readonly #parts: SessionReaperParts;
  #marks: Mark[] = [];
  #cancel: Cancel = () => undefined;

  constructor(parts: SessionReaperParts) {
    this.#parts = parts;
  }

  start(): void {
    const { clock, idleMs } = this.#parts;
    this.#cancel = clock.timer(idleMs / MARKS, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const { member, clock, idleMs } = this.#parts;
    const now = clock.now();
    this.#marks.push({ at: now, applied: member.applied });
    const old = this.#marks.findLast(({ at }) => now - at >= idleMs);
    if (old === undefined) return;
    this.#marks = this.#marks.filter(({ at }) => at >= old.at);
    if (member.leader === member.id) this.#expire(old.applied);
  }

  #expire(idleSince: LogIndex): void {
    const { member, clock, logger } = this.#parts;
    const idle = member.state.machine.sessionsIdleSince(idleSince, EXPIRE_MAX);
    if (idle.length === 0) return;
    const sessions = idle.map(({ session }) => ({ session: fromByteString(session), idleSince }));
    member.session
      .propose({ kind: "session-expire", sessions }, { deadline: clock.now() + PROPOSAL_MS })
      .catch((failure: unknown) =>
        logger.warn({ failure: messageOf(failure) }, "idle sessions were not ended"),
      );
  }
}
