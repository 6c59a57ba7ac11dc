import type { Cancel, Clock, Logger, MemberId, Millis } from "@holdfast/base";
import type { RaftStatus } from "@holdfast/raft";
import type { PeerMessage } from "../ports/peer-network.ts";
import type { RoomGauge } from "../ports/room-gauge.ts";

/**
 * Whether a leader takes proposals: it does; or not for a moment, as it hands over to
 * somebody with room; or not before there is room.
 */
export type Intake = "open" | "moving" | "refused";

export interface SpaceWatchParts {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly room: RoomGauge;
  leader(): MemberId | undefined;
  status(): RaftStatus;
  isConnected(id: MemberId): boolean;
  /** Hands leadership to that voter; rejects if it did not take over. */
  handOver(to: MemberId): Promise<unknown>;
  send(to: MemberId, message: PeerMessage): void;
}

/** Each follower tells the leader this often whether it has room, ms, and at once when that changes. */
export const TELL_EVERY_MS: Millis = 500;
/** What was told counts for so long, ms. */
const TOLD_FOR_MS = 3 * TELL_EVERY_MS;
/** Before it hands over a leader waits so long, ms: others whose disks fill with its own will have said so. */
export const SETTLE_MS: Millis = 1.5 * TELL_EVERY_MS;
/** A voter that did not take over is not asked again for so long, ms. */
const TRIED_FOR_MS = 10_000;

interface Told {
  readonly hasRoom: boolean;
  readonly at: Millis;
}

/**
 * A member without room on its disk should not lead while another has some (decision 14). Followers
 * tell the leader whether they have room; a leader that is short hands over to the most
 * advanced voter that has; if none has, it goes on leading, so that reads are
 * answered, and refuses proposals.
 */
export class SpaceWatch {
  readonly #parts: SpaceWatchParts;
  /** Of voters only, and of this leadership. */
  readonly #told = new Map<MemberId, Told>();
  readonly #tried = new Map<MemberId, Millis>();
  /** Since when it leads and is short. */
  #shortSince: Millis | undefined;
  #isHandingOver = false;
  #cancel: Cancel = () => undefined;
  #stopped = false;

  constructor(parts: SpaceWatchParts) {
    this.#parts = parts;
    parts.room.onChange(() => this.#look());
  }

  start(): void {
    this.#look();
    this.#cancel = this.#parts.clock.timer(TELL_EVERY_MS, () => this.start());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  leaderChanged(): void {
    this.#told.clear();
    this.#tried.clear();
    this.#shortSince = undefined;
    this.#look();
  }

  /** A follower tells whether it has room. */
  told(from: MemberId, hasRoom: boolean): void {
    if (!this.#leads || !this.#otherVoters().includes(from)) return;
    this.#told.set(from, { hasRoom, at: this.#parts.clock.now() });
  }

  /** What this member, if it leads, does with a proposal now. */
  get intake(): Intake {
    if (this.#parts.room.shortage === undefined || !this.#leads) return "open";
    if (this.#isHandingOver) return "moving";
    const { isConnected } = this.#parts;
    const isHope = this.#isSettling
      ? (id: MemberId) => isConnected(id) && this.#hasRoom(id) !== false
      : (id: MemberId) => this.#canTakeOver(id);
    return this.#otherVoters().some(isHope) ? "moving" : "refused";
  }

  get #leads(): boolean {
    return this.#parts.leader() === this.#parts.self;
  }

  get #isSettling(): boolean {
    const since = this.#shortSince;
    return since === undefined || this.#parts.clock.now() - since < SETTLE_MS;
  }

  #look(): void {
    const { self, room, clock, leader, send } = this.#parts;
    if (this.#stopped) return;
    const to = leader();
    const hasRoom = room.shortage === undefined;
    if (to !== self) {
      if (to !== undefined) send(to, { kind: "room", from: self, hasRoom });
      return;
    }
    if (hasRoom) this.#shortSince = undefined;
    else {
      this.#shortSince ??= clock.now();
      this.#leaveIfPossible();
    }
  }

  #leaveIfPossible(): void {
    const { handOver, clock, logger } = this.#parts;
    const to = this.#isSettling || this.#isHandingOver ? undefined : this.#successor();
    if (to === undefined) return;
    this.#isHandingOver = true;
    this.#tried.set(to, clock.now());
    logger.info({ to }, "leadership is handed over, as the disk here is nearly full");
    handOver(to)
      .catch(() => undefined)
      .finally(() => {
        this.#isHandingOver = false;
      });
  }

  /** Of the voters with room the one that holds most of the log. */
  #successor(): MemberId | undefined {
    const able = this.#parts.status().peers.filter(({ id }) => this.#canTakeOver(id));
    return able.sort((one, other) => other.match - one.match)[0]?.id;
  }

  #canTakeOver(id: MemberId): boolean {
    const { clock, isConnected } = this.#parts;
    const triedAt = this.#tried.get(id) ?? Number.NEGATIVE_INFINITY;
    const wasTried = clock.now() - triedAt < TRIED_FOR_MS;
    return !wasTried && isConnected(id) && this.#hasRoom(id) === true && this.#isVoter(id);
  }

  /** `undefined`: it has not said so lately. */
  #hasRoom(id: MemberId): boolean | undefined {
    const told = this.#told.get(id);
    if (told === undefined || this.#parts.clock.now() - told.at > TOLD_FOR_MS) return undefined;
    return told.hasRoom;
  }

  #isVoter(id: MemberId): boolean {
    return this.#parts.status().membership.voters.includes(id);
  }

  #otherVoters(): readonly MemberId[] {
    const { self, status } = this.#parts;
    return status().membership.voters.filter((id) => id !== self);
  }
}
