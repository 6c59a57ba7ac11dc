import type { BootId, ClusterId, MemberId, StoreId } from "@holdfast/base";
import { emptyBytes, isWireId } from "@holdfast/base";
import { decodeMembership, encodeMembership, MalformedPeerDataError } from "@holdfast/protocol";
import type { PeerIdentity } from "@holdfast/replica";
import { PEER_PROTOCOL } from "../handshake.ts";
import type { WireIdentity } from "./peer-wire.ts";

const NAME_LENGTH_MAX = 64;
const ADDRESS_LENGTH_MAX = 261;

/** An identity as the wire has it; the membership goes along, so that a node which joins can learn it. */
export function encodeIdentity(identity: PeerIdentity): WireIdentity {
  const { membership } = identity;
  return {
    protocol: PEER_PROTOCOL,
    name: identity.name,
    store_id: identity.storeId,
    boot_id: identity.bootId,
    cluster_id: String(identity.clusterId ?? 0),
    member_id: String(identity.memberId ?? 0),
    membership: membership === undefined ? emptyBytes() : encodeMembership(membership),
    heartbeat_ms: identity.heartbeatMs,
    election_timeout_ms: identity.electionTimeoutMs,
    peer_address: identity.peerAddress,
    client_address: identity.clientAddress,
    membership_uncommitted: !identity.membershipCommitted,
    membership_confirmed: identity.membershipConfirmed,
  };
}

/** @throws MalformedPeerDataError if the protocol is another one or a field cannot be what it says. */
export function decodeIdentity(wire: WireIdentity): PeerIdentity {
  if (wire.protocol !== PEER_PROTOCOL) {
    throw new MalformedPeerDataError(
      `node ${JSON.stringify(wire.name.slice(0, NAME_LENGTH_MAX))} speaks peer protocol ${wire.protocol}, this release speaks ${PEER_PROTOCOL}`,
    );
  }
  if (!/^[\w.-]{1,64}$/.test(wire.name)) {
    throw new MalformedPeerDataError("identity: the name is not one that a configuration can give");
  }
  const membership = wire.membership.length === 0 ? undefined : decodeMembership(wire.membership);
  return {
    name: wire.name,
    storeId: hexId(wire.store_id, "store id") as StoreId,
    bootId: hexId(wire.boot_id, "boot id") as BootId,
    clusterId: wireId(wire.cluster_id, "cluster id") as ClusterId | undefined,
    memberId: wireId(wire.member_id, "member id") as MemberId | undefined,
    membership,
    heartbeatMs: wire.heartbeat_ms,
    electionTimeoutMs: wire.election_timeout_ms,
    peerAddress: address(wire.peer_address, "peer address"),
    clientAddress: address(wire.client_address, "client address"),
    membershipCommitted: !wire.membership_uncommitted,
    membershipConfirmed: wire.membership_confirmed,
  };
}

function hexId(text: string, what: string): string {
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  throw new MalformedPeerDataError(`identity: the ${what} is not 32 hexadecimal digits`);
}

function address(text: string, what: string): string {
  if (text.length <= ADDRESS_LENGTH_MAX && !/\s/.test(text)) return text;
  throw new MalformedPeerDataError(`identity: the ${what} cannot be one`);
}

function wireId(text: string, what: string): number | undefined {
  const value = Number(text);
  if (value === 0) return undefined;
  if (isWireId(value)) return value;
  throw new MalformedPeerDataError(`identity: the ${what} ${text} is not below 2^53`);
}
