import type { Cancel, Clock, Logger, Millis } from "@holdfast/base";
import { HoldfastError, messageOf } from "@holdfast/base";
import type { ReplicaApi } from "@holdfast/replica";

export interface SessionFarewellsParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly replica: Pick<ReplicaApi, "propose">;
  /** So long after its client's last word a session ends, up to twice. */
  readonly farewellMs: Millis;
}

/** Sessions that wait for their end; more of them end by being idle. */
const WAITING_MAX = 65_536;
/** Sessions of one operation. */
const ENDED_AT_ONCE = 256;
const PROPOSAL_MS = 10_000;
/** Whatever of it is applied before. */
const WHENEVER_USED = Number.MAX_SAFE_INTEGER;

/** Ends sessions whose clients said that they are done, so that these do not fill the table until they have been idle for long. */
export class SessionFarewells {
  readonly #parts: SessionFarewellsParts;
  /** Said since the last round, and in the one before. */
  #recent: Uint8Array[] = [];
  #due: Uint8Array[] = [];
  #ending: Uint8Array[] = [];
  #cancel: Cancel | undefined;
  #isAtWork = false;
  #isStopped = false;

  constructor(parts: SessionFarewellsParts) {
    this.#parts = parts;
  }

  /** A client will not use its session any more. */
  add(session: Uint8Array): void {
    const waiting = this.#recent.length + this.#due.length + this.#ending.length;
    if (this.#isStopped || waiting >= WAITING_MAX) return;
    // What came over the wire is a view of a larger buffer.
    this.#wait([Uint8Array.from(session)]);
  }

  /** The node stops: what waits is ended now, as far as there is time; the rest ends by being idle. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancel?.();
    this.#ending.push(...this.#due.splice(0), ...this.#recent.splice(0));
    if (!this.#isAtWork) void this.#endAll();
  }

  #wait(sessions: readonly Uint8Array[]): void {
    this.#recent.push(...sessions);
    if (this.#cancel === undefined) this.#roundLater();
  }

  #roundLater(): void {
    const { clock, farewellMs } = this.#parts;
    this.#cancel = clock.timer(farewellMs, () => this.#round());
  }

  #round(): void {
    this.#ending.push(...this.#due);
    this.#due = this.#recent;
    this.#recent = [];
    this.#cancel = undefined;
    if (this.#due.length > 0) this.#roundLater();
    if (!this.#isAtWork) void this.#endAll();
  }

  async #endAll(): Promise<void> {
    this.#isAtWork = true;
    while (this.#ending.length > 0) await this.#end(this.#ending.splice(0, ENDED_AT_ONCE));
    this.#isAtWork = false;
  }

  async #end(ended: readonly Uint8Array[]): Promise<void> {
    const { clock, logger, replica } = this.#parts;
    const sessions = ended.map((session) => ({ session, idleSince: WHENEVER_USED }));
    try {
      const deadline = clock.now() + PROPOSAL_MS;
      await replica.propose({ kind: "session-expire", sessions }, { deadline });
    } catch (failure) {
      const isUndone = failure instanceof HoldfastError && failure.outcome === "not-applied";
      if (isUndone && !this.#isStopped) return this.#wait(ended);
      const why = messageOf(failure);
      logger.debug({ why, sessions: ended.length }, "sessions will end by being idle");
    }
  }
}
