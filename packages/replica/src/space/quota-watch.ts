import {
  type Cancel,
  type Clock,
  type Logger,
  type MemberId,
  type Millis,
  messageOf,
  type Revision,
} from "@holdfast/base";
import type {
  Alarm,
  AlarmOperation,
  CompactOperation,
  OperationResult,
  StateMachine,
} from "@holdfast/state-machine";
import type { GivenBack } from "@holdfast/storage";
import { quotaLevel, quotaShare, quotaWarning } from "./quota-level.ts";

export interface QuotaWatchParts {
  readonly self: MemberId;
  /** Below 0: there is none. */
  readonly quotaBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
  isLeader(): boolean;
  /** What the state takes on this member's disk. */
  bytes(): number;
  machine(): Pick<StateMachine, "revision" | "compactRevision" | "collected"> & {
    readonly alarms: Pick<StateMachine["alarms"], "all" | "automatic">;
  };
  /** Has what was deleted leave the disk. */
  giveBack(): Promise<GivenBack>;
  propose(operation: CompactOperation | AlarmOperation, deadline: Millis): Promise<OperationResult>;
}

export const QUOTA_LOOK_MS: Millis = 500;
/** Shares of the quota: from here on what was deleted leaves the disk at once, and history goes. */
const GIVE_BACK_FROM = 0.8;
const COMPACT_FROM = 0.9;
const FULL = 1;
/** Full is full, whatever is being freed. */
const FULL_IN_ANY_CASE = 1.1;
/** An alarm that a leader raised ends below, so that it does not swing. */
const CLEAR_BELOW = 0.85;
/** Less than any revision that is collected; nothing is before the first compaction. */
const NOTHING: Revision = -1;
/** Between two compactions for want of room, and two rewrites of the disk, at least, ms. */
const PAUSE_MS = 2_000;
/** A rewrite of the disk takes one part of the time in so many. */
const GIVE_BACK_SHARE = 20;
const PROPOSAL_MS = 10_000;

/**
 * Keeps the state within its quota (docs/decisions/0016). Every member warns, and has what was deleted leave
 * its disk when little room is left. The leader gives history up before the quota is met, raises the
 * alarm when that was in vain, and ends what it, or another leader, raised, when there is room again.
 */
export class QuotaWatch {
  readonly #parts: QuotaWatchParts;
  #level = 0;
  /** The store's revision at the last look: so much history goes, and watchers at the end see nothing of it. */
  #seen: Revision = 0;
  #gaveBackUpTo: Revision = NOTHING;
  /** A state that somebody still read, such as a snapshot that is saved, kept some of it. */
  #isHeld = false;
  #giveBackFrom: Millis = Number.NEGATIVE_INFINITY;
  #givesBack = false;
  #compactedAt: Millis = Number.NEGATIVE_INFINITY;
  #proposes = false;
  #cancel: Cancel = () => undefined;

  constructor(parts: QuotaWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#cancel = this.#parts.clock.timer(QUOTA_LOOK_MS, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const { bytes, quotaBytes, isLeader, machine } = this.#parts;
    const share = quotaShare(bytes(), quotaBytes);
    this.#warn(share);
    if (share >= GIVE_BACK_FROM) this.#giveBack();
    if (isLeader() && !this.#proposes) {
      const operation = this.#remedy(share);
      if (operation !== undefined) void this.#propose(operation);
    }
    this.#seen = machine().revision;
  }

  #warn(share: number): void {
    const { bytes, quotaBytes, logger } = this.#parts;
    const level = quotaLevel(share);
    if (level > this.#level) {
      const warning = quotaWarning(bytes(), quotaBytes) ?? "";
      logger.warn({ stateBytes: bytes(), quotaBytes }, warning);
    }
    this.#level = level;
  }

  /** What a leader proposes at this share: one thing at a time. */
  #remedy(share: number): CompactOperation | AlarmOperation | undefined {
    const { clock, machine } = this.#parts;
    const standing = machine()
      .alarms.automatic()
      .find(({ kind }) => kind === "nospace");
    if (standing !== undefined && share < CLEAR_BELOW) return this.#alarm("clear", standing);
    const isTight = share >= COMPACT_FROM || standing !== undefined;
    const hasRested = clock.now() - this.#compactedAt >= PAUSE_MS;
    if (isTight && hasRested && this.#seen > Math.max(machine().compactRevision, 0)) {
      return { kind: "compact", revision: this.#seen };
    }
    // One that a client raised does as well.
    const isRaised = machine()
      .alarms.all()
      .some(({ kind }) => kind === "nospace");
    if (share < FULL || isRaised) return undefined;
    return this.#isAllGivenBack() || share >= FULL_IN_ANY_CASE ? this.#alarm("raise") : undefined;
  }

  #alarm(action: "raise" | "clear", standing?: Alarm): AlarmOperation {
    const { self, bytes, quotaBytes, logger } = this.#parts;
    const figures = { stateBytes: bytes(), quotaBytes };
    if (action === "raise") logger.warn(figures, "the state is full: alarm NOSPACE is raised");
    else logger.info(figures, "the state has room again: alarm NOSPACE is ended");
    const alarm = { member: standing?.member ?? BigInt(self), kind: "nospace" } as const;
    return { kind: "alarm", action, alarm };
  }

  #isAllGivenBack(): boolean {
    const { compactRevision, collected } = this.#parts.machine();
    return collected >= compactRevision && this.#gaveBackUpTo >= collected && !this.#isHeld;
  }

  #giveBack(): void {
    const { clock, machine, giveBack, logger } = this.#parts;
    const { collected } = machine();
    const now = clock.now();
    if (this.#givesBack || collected <= this.#gaveBackUpTo || now < this.#giveBackFrom) return;
    this.#givesBack = true;
    giveBack()
      .then(
        ({ heldUntil }) => {
          this.#gaveBackUpTo = collected;
          this.#isHeld = heldUntil !== undefined;
          // Then it is all to be given back once more.
          void heldUntil?.then(() => {
            this.#isHeld = false;
            this.#gaveBackUpTo = NOTHING;
          });
        },
        // The next look tries again; the engine may be on its way to its end.
        (failure: unknown) => logger.warn({ why: messageOf(failure) }, "no room was given back"),
      )
      .finally(() => {
        this.#givesBack = false;
        const took = clock.now() - now;
        this.#giveBackFrom = clock.now() + Math.max(PAUSE_MS, GIVE_BACK_SHARE * took);
      });
  }

  async #propose(operation: CompactOperation | AlarmOperation): Promise<void> {
    const { clock, propose, logger } = this.#parts;
    this.#proposes = true;
    if (operation.kind === "compact") this.#compactedAt = clock.now();
    try {
      await propose(operation, clock.now() + PROPOSAL_MS);
    } catch (failure) {
      const { kind } = operation;
      logger.warn({ kind, why: messageOf(failure) }, "no room was made; it is tried again");
    } finally {
      this.#proposes = false;
    }
  }
}
