import type { Member, MemberParts } from "../member.ts";
import { HashComparison } from "./hash-comparison.ts";

/** A member's comparison with the others, on what the member stands on. */
export function hashComparisonOf(
  { id, clock, random, logger, presence, network, options, fail }: MemberParts,
  member: Pick<Member, "leader" | "status" | "state" | "session" | "read">,
): HashComparison {
  return new HashComparison({
    self: id,
    clock,
    random,
    logger,
    everyMs: options.hashCheckMs,
    leader: () => member.leader,
    membership: () => member.status().membership,
    isConnected: (peer) => presence.isConnected(peer),
    machine: () => member.state.machine,
    read: (compute) => member.read(compute),
    propose: (operation, deadline) => member.session.propose(operation, { deadline }),
    send: (to, message) => network.send(to, [message]),
    fail: (failure) => fail(failure),
  });
}
