import type { Cancel, Clock, Logger, LogIndex, Millis } from "@holdfast/base";
import { fromByteString, messageOf } from "@holdfast/base";
import type {
  OperationResult,
  SessionExpireOperation,
  StateMachine,
} from "@holdfast/state-machine";

export interface SessionReaperParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly idleMs: Millis;
  isLeader(): boolean;
  /** Up to where the log is applied here. */
  applied(): LogIndex;
  machine(): Pick<StateMachine, "sessionsIdleSince">;
  propose(operation: SessionExpireOperation, deadline: Millis): Promise<OperationResult>;
}

interface Mark {
  readonly at: Millis;
  readonly applied: LogIndex;
}

/** How finely idleness is measured. */
const MARKS = 16;
/** Sessions ended by one entry at most. */
export const EXPIRE_MAX = 256;
const PROPOSAL_MS = 10_000;

/**
 * Ends sessions that have been idle, if this member leads: idleness is measured
 * here by the log's progress over time, but judged again when it is applied, by
 * the log alone (decision 18).
 *
 * Each look ends all that are idle, entry after entry: whoever opens sessions, however many
 * in an hour, has only those of the last one or two.
 */
export class SessionReaper {
  readonly #parts: SessionReaperParts;
  #marks: Mark[] = [];
  #isAtWork = false;
  #cancel: Cancel = () => undefined;
  #stopped = false;

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
    this.#stopped = true;
    this.#cancel();
  }

  #look(): void {
    const { applied, clock, idleMs } = this.#parts;
    const now = clock.now();
    this.#marks.push({ at: now, applied: applied() });
    const old = this.#marks.findLast(({ at }) => now - at >= idleMs);
    if (old === undefined) return;
    this.#marks = this.#marks.filter(({ at }) => at >= old.at);
    if (!this.#isAtWork) void this.#expireAll(old.applied);
  }

  async #expireAll(idleSince: LogIndex): Promise<void> {
    this.#isAtWork = true;
    try {
      while (await this.#expire(idleSince));
    } catch (failure) {
      this.#parts.logger.warn({ failure: messageOf(failure) }, "idle sessions were not ended");
    } finally {
      this.#isAtWork = false;
    }
  }

  /** Whether there may be more; what one entry does not end is left to the next look. */
  async #expire(idleSince: LogIndex): Promise<boolean> {
    const { clock, isLeader, machine, propose } = this.#parts;
    if (this.#stopped || !isLeader()) return false;
    const idle = machine().sessionsIdleSince(idleSince, EXPIRE_MAX);
    if (idle.length === 0) return false;
    const sessions = idle.map(({ session }) => ({ session: fromByteString(session), idleSince }));
    const operation = { kind: "session-expire", sessions } as const;
    const result = await propose(operation, clock.now() + PROPOSAL_MS);
    return result.kind === "session-expire" && idle.length === EXPIRE_MAX;
  }
}
