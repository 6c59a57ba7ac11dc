import type { Cancel, Clock, LogIndex, MemberId, Millis } from "@holdfast/base";
import type { MemberProfile } from "@holdfast/raft";
import type { DatedMembership } from "./own-membership.ts";
import { isReserved } from "./reserved-store.ts";

export interface NeighboursParts {
  readonly self: MemberId;
  readonly clock: Clock;
  /** How long a leader may take to tell those who left that they did, ms. */
  readonly lingerMs: Millis;
  connectTo(peers: readonly MemberProfile[]): void;
}

/** One that the configuration in force has no more. */
interface Leaving {
  readonly profile: MemberProfile;
  readonly index: LogIndex;
  /** It is committed, and a while later it is let go. */
  cancel: Cancel | undefined;
}

/**
 * Whom a member is connected to: the members of the configuration in force, and those whom it
 * leaves out, until that is committed and a while longer. A leader that leaves commits its own
 * removal by the answers of those who stay (thesis, section 4.2.2), and whoever is removed is told so.
 */
export class Neighbours {
  readonly #parts: NeighboursParts;
  #members: readonly MemberProfile[] = [];
  #leaving: readonly Leaving[] = [];
  #stopped = false;

  constructor(parts: NeighboursParts) {
    this.#parts = parts;
  }

  /** The configuration in force is now another one. */
  changed({ index, membership }: DatedMembership): void {
    const { self } = this.#parts;
    const before = this.#members;
    const members = membership.profiles.filter(({ id }) => id !== self);
    const stays = ({ id }: MemberProfile): boolean => members.some((member) => member.id === id);
    const left = before
      .filter((profile) => !stays(profile))
      .map((profile) => ({ profile, index, cancel: undefined }));
    for (const { profile, cancel } of this.#leaving) if (stays(profile)) cancel?.();
    this.#members = members;
    this.#leaving = [...this.#leaving.filter(({ profile }) => !stays(profile)), ...left];
    this.#connect();
  }

  /** The log is applied up to `index`. */
  appliedTo(index: LogIndex): void {
    if (this.#stopped) return;
    const { clock, lingerMs } = this.#parts;
    for (const leaving of this.#leaving) {
      if (leaving.index > index || leaving.cancel !== undefined) continue;
      leaving.cancel = clock.timer(lingerMs, () => {
        this.#leaving = this.#leaving.filter((other) => other !== leaving);
        this.#connect();
      });
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#leaving) cancel?.();
  }

  #connect(): void {
    const all = [...this.#members, ...this.#leaving.map(({ profile }) => profile)];
    this.#parts.connectTo(all.filter((profile) => !isReserved(profile)));
  }
}
