import type { Cancel, Clock, ClusterId, LogIndex, MemberId, Millis } from "@holdfast/base";
import type { Membership } from "@holdfast/raft";
import type { Member } from "../member.ts";
import type { PeerIdentity, PeerNetwork } from "../ports/peer-network.ts";

export interface RemovalWatchParts {
  readonly member: Pick<Member, "id" | "leader" | "electorate" | "status">;
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
 * asks where the voters were that it knows who takes part (docs/decisions/0008): one that is further is believed,
 * or, where the log here does not name this member yet, a quorum.
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
    if (tellers.some(({ committed }) => this.#isBehind(committed))) return true;
    const inPlace = tellers.filter(({ asked, memberId }) => asked === memberId);
    return saidByQuorum(membership, member.id, new Set(inPlace.map(({ memberId }) => memberId)));
  }

  /**
   * Whether what is committed up to an index, and leaves this member out, is no older than the configuration
   * by which the log here names it: ids are given once, so it was named before and has been removed since.
   */
  #isBehind(committed: LogIndex): boolean {
    const { member } = this.#parts;
    const { membership, membershipIndex } = member.status();
    const isNamed = membership.profiles.some(({ id }) => id === member.id);
    return isNamed && membershipIndex > 0 && committed >= membershipIndex;
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
