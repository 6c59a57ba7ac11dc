import type { MemberId } from "@holdfast/base";
import type { Input, RaftStatus } from "@holdfast/raft";
import type { MemberParts } from "../member.ts";
import { Administration } from "./administration.ts";

/** A member's administration, on what the member stands on and what its core says. */
export function administrationOf(
  { id, clock, random, logger, network, presence, options }: MemberParts,
  core: {
    leader(): MemberId | undefined;
    status(): RaftStatus;
    enqueue(input: Input): void;
  },
): Administration {
  const { electionTimeoutMs } = options.raft;
  return new Administration({
    self: id,
    clock,
    random,
    logger,
    ...core,
    isConnected: (peer) => presence.isConnected(peer),
    isLost: (peer) => presence.isLost(peer, electionTimeoutMs),
    send: (to, message) => network.send(to, [message]),
  });
}
