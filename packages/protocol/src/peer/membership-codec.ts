import type { MemberId, StoreId } from "@holdfast/base";
import type { MemberProfile, Membership, Promotion } from "@holdfast/raft";
import { MalformedPeerDataError } from "./malformed-peer-data-error.ts";
import { exactFields, fieldsOf, flagAt, memberIdAt, textAt } from "./peer-fields.ts";
import { packPeerData, unpackPeerData } from "./peer-packer.ts";

/** Without promotions; what a cluster that changes nobody has. */
const PLAIN_FORMAT = 1;
/** Format 1 and the promotions behind it. */
const PROMOTIONS_FORMAT = 2;

/**
 * A membership as it stands in a `membership` entry, a snapshot's name and a
 * handshake: a version byte, then positional MessagePack (docs/peer-format.md).
 */
export function encodeMembership(membership: Membership): Uint8Array {
  const fields: unknown[] = [
    membership.voters,
    membership.outgoing,
    membership.learners,
    membership.learnersNext,
    membership.autoLeave,
    membership.profiles.map(profileFields),
  ];
  const plain = membership.promotions.length === 0;
  if (!plain) fields.push(membership.promotions.map(promotionFields));
  const packed = packPeerData(fields);
  const bytes = new Uint8Array(1 + packed.length);
  bytes[0] = plain ? PLAIN_FORMAT : PROMOTIONS_FORMAT;
  bytes.set(packed, 1);
  return bytes;
}

/** @throws MalformedPeerDataError if the bytes are of another version or not a membership. */
export function decodeMembership(bytes: Uint8Array): Membership {
  const version = bytes[0];
  if (version !== PLAIN_FORMAT && version !== PROMOTIONS_FORMAT) {
    throw new MalformedPeerDataError(
      `a membership of format ${version ?? "none"} cannot be read; this release reads formats ${PLAIN_FORMAT} and ${PROMOTIONS_FORMAT}`,
    );
  }
  const plain = version === PLAIN_FORMAT;
  const fields = exactFields(unpackPeerData(bytes.subarray(1)), plain ? 6 : 7, "membership");
  const membership: Membership = {
    voters: memberIds(fields[0], "voters"),
    outgoing: memberIds(fields[1], "outgoing voters"),
    learners: memberIds(fields[2], "learners"),
    learnersNext: memberIds(fields[3], "next learners"),
    autoLeave: flagAt(fields, 4, "membership"),
    promotions: plain ? [] : fieldsOf(fields[6], "promotions").map(promotionOf),
    profiles: fieldsOf(fields[5], "profiles").map(profileOf),
  };
  checkAscending(
    membership.profiles.map(({ id }) => id),
    "profiles",
  );
  checkAscending(
    membership.promotions.map(({ learner }) => learner),
    "promotions",
  );
  return membership;
}

/** The member that is replaced is told by a flag, as absence is never an id. */
function promotionFields({ learner, replaces }: Promotion): readonly unknown[] {
  return [learner, replaces !== undefined, replaces ?? 1];
}

function promotionOf(value: unknown): Promotion {
  const fields = exactFields(value, 3, "promotion");
  const replaced = memberIdAt(fields, 2, "promotion");
  return {
    learner: memberIdAt(fields, 0, "promotion"),
    replaces: flagAt(fields, 1, "promotion") ? replaced : undefined,
  };
}

function profileFields(profile: MemberProfile): readonly unknown[] {
  return [profile.id, profile.name, profile.storeId, profile.peerAddress, profile.clientAddress];
}

function profileOf(value: unknown): MemberProfile {
  const fields = exactFields(value, 5, "member profile");
  const storeId = textAt(fields, 2, "member profile");
  if (!/^[0-9a-f]{32}$/.test(storeId)) {
    throw new MalformedPeerDataError("member profile: a store id is 32 hexadecimal digits");
  }
  return {
    id: memberIdAt(fields, 0, "member profile"),
    name: textAt(fields, 1, "member profile"),
    storeId: storeId as StoreId,
    peerAddress: textAt(fields, 3, "member profile"),
    clientAddress: textAt(fields, 4, "member profile"),
  };
}

function memberIds(value: unknown, what: string): readonly MemberId[] {
  const fields = fieldsOf(value, what);
  const ids = fields.map((_, at) => memberIdAt(fields, at, what));
  checkAscending(ids, what);
  return ids;
}

/** Quorums are counted over these arrays, so one member standing twice would count twice. */
function checkAscending(ids: readonly MemberId[], what: string): void {
  for (let at = 1; at < ids.length; at++) {
    if ((ids[at - 1] as number) >= (ids[at] as number)) {
      throw new MalformedPeerDataError(`${what} are not in ascending order without duplicates`);
    }
  }
}
