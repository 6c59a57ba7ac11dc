import type { Cancel, Clock, ClusterId, MemberId, Millis } from "@holdfast/base";
import type { Membership } from "@holdfast/raft";
import type { Member } from "../member.ts";
import type { PeerIdentity, PeerNetwork } from "../ports/peer-network.ts";

export interface RemovalWatchParts {
  readonly member: Pick<Member, "id" | "leader" | "electorate">;
  readonly clusterId: ClusterId;
  readonly clock: Clock;
  readonly network: Pick<PeerNetwork, "hello">;
  /** How often a member without a leader asks, ms. */
  readonly everyMs: Millis;
  /** This member was removed while it was not there to see it. */
  removed(): void;
}

/**
 * Finds out that this member was removed, if it was down or cut off when that happened: nobody
 * sends it the log any more, so it would wait for a leader for ever. As long as it knows none, it
 * asks where the voters were that it knows who takes part (docs/decisions/0008): one that made sure that it
 * lacks nothing is believed, or a quorum of those that did not.
 */
export class RemovalWatch {
  readonly #parts: RemovalWatchParts;
  #cancel: Cancel = () => undefined;
  #stopped = false;

  constructor(parts: RemovalWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    const { clock, everyMs, member } = this.#parts;
    this.#cancel = clock.timer(everyMs, () => {
      if (member.leader !== undefined) return this.start();
      void this.#ask().then((isRemoved) => {
        if (this.#stopped) return;
        if (isRemoved && member.leader === undefined) this.#parts.removed();
        else this.start();
      });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #ask(): Promise<boolean> {
    const { member, network, everyMs } = this.#parts;
    const membership = member.electorate;
    const others = membership.profiles.filter(({ id }) => id !== member.id);
    const answers = await Promise.all(
      others.map(({ peerAddress }) => network.hello(peerAddress, everyMs).catch(() => undefined)),
    );
    const tellers = answers.flatMap((answer, at) => {
      const asked = others[at]?.id;
      return answer !== undefined && this.#leavesOut(answer) ? [{ asked, ...answer }] : [];
    });
    // Ids are given once: it was named when it was born, and is no more.
    if (tellers.some(({ membershipConfirmed }) => membershipConfirmed)) return true;
    const inPlace = tellers.filter(({ asked, memberId }) => asked === memberId);
    return saidByQuorum(membership, member.id, new Set(inPlace.map(({ memberId }) => memberId)));
  }

  #leavesOut({ clusterId, membership, membershipCommitted }: PeerIdentity): boolean {
    const { member } = this.#parts;
    if (clusterId !== this.#parts.clusterId || !membershipCommitted) return false;
    return membership?.profiles.every(({ id }) => id !== member.id) ?? false;
  }
}

/**
 * Whether a majority of each half, or all others of it, know a committed configuration without this
 * member. One may be so far behind that it does not know it yet; but of any majority of a configuration
 * that names it, or came later, one has seen it being added, so what that one knows is its removal.
 */
function saidByQuorum(
  { voters, outgoing }: Membership,
  self: MemberId,
  without: ReadonlySet<MemberId | undefined>,
): boolean {
  const isSaidBy = (half: readonly MemberId[]): boolean => {
    const others = half.filter((id) => id !== self);
    const majority = (half.length >> 1) + 1;
    return others.filter((id) => without.has(id)).length >= Math.min(majority, others.length);
  };
  const isAlone = voters.every((id) => id === self);
  return !isAlone && isSaidBy(voters) && isSaidBy(outgoing);
}
