import { HoldfastError, type Outcome } from "@holdfast/base";
import type { ClusterMember } from "@holdfast/client";

/** No member, or more than one, is what the command line calls it. */
export class MemberNotFoundError extends HoldfastError {
  readonly code: "MEMBER_NOT_FOUND" | "MEMBER_AMBIGUOUS";
  readonly outcome: Outcome = "not-applied";
  readonly retryable = false;

  constructor(code: "MEMBER_NOT_FOUND" | "MEMBER_AMBIGUOUS", message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The member that `given` means: a name, or an id as tables show it (hexadecimal) or as JSON does (decimal).
 *
 * @throws MemberNotFoundError that shows those there are.
 */
export function findMember(members: readonly ClusterMember[], given: string): ClusterMember {
  const named = members.filter(({ name }) => name !== "" && name === given);
  const found = named.length > 0 ? named : members.filter(({ id }) => isId(given, id));
  const [first, second] = found;
  if (first === undefined) {
    throw new MemberNotFoundError(
      "MEMBER_NOT_FOUND",
      `there is no member ${given}\nmembers: ${members.map(briefly).join(", ")}`,
    );
  }
  if (second !== undefined) {
    throw new MemberNotFoundError(
      "MEMBER_AMBIGUOUS",
      `${given} may mean ${found.map(briefly).join(" or ")}: say which by its id`,
    );
  }
  return first;
}

/** What people call a member: by its name, or by where it is as long as it has none. */
export function nameOf({ name, peerAddress }: ClusterMember): string {
  return name === "" ? peerAddress : name;
}

function isId(given: string, id: number): boolean {
  return given.toLowerCase().replace(/^0x/, "") === id.toString(16) || given === String(id);
}

function briefly(member: ClusterMember): string {
  return `${nameOf(member)} (${member.id.toString(16)})`;
}
