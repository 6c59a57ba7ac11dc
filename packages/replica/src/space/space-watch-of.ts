import type { Member, MemberParts } from "../member.ts";
import { SpaceWatch } from "./space-watch.ts";

/** A member's watch over the room on its disk, on what the member stands on. */
export function spaceWatchOf(
  { id, clock, logger, room, presence, network, options }: MemberParts,
  member: Pick<Member, "administration" | "leader" | "status">,
): SpaceWatch {
  const { electionTimeoutMs } = options.raft;
  return new SpaceWatch({
    self: id,
    clock,
    logger,
    room,
    leader: () => member.leader,
    status: () => member.status(),
    isConnected: (peer) => presence.isConnected(peer),
    handOver: (to) => {
      const deadline = clock.now() + 2 * electionTimeoutMs;
      return member.administration.ask({ kind: "transfer-leadership", to }, { deadline });
    },
    send: (to, message) => network.send(to, [message]),
  });
}
