import type { MethodDefinition } from "@grpc/grpc-js";
import {
  type BootId,
  below,
  type ClusterId,
  emptyBytes,
  isWireId,
  type MemberId,
  type Random,
  type StoreId,
} from "@holdfast/base";
import { bytesTarget, type FuzzTarget, mutateBytes, pick } from "@holdfast/base/fuzz";
import { encodeMembership, MalformedPeerDataError } from "@holdfast/protocol";
import { NO_MEMBERSHIP } from "@holdfast/raft";
import type { PeerIdentity } from "@holdfast/replica";
import { decodeIdentity, encodeIdentity } from "../../src/grpc/identity-codec.ts";
import { peerService } from "../../src/grpc/peer-wire.ts";
import {
  decodeSnapshotChunk,
  decodeSnapshotRequest,
  encodeSnapshotChunk,
  encodeSnapshotRequest,
} from "../../src/grpc/snapshot-codec.ts";
import { refusalOfAnswer, refusalOfCaller, refusalOfSnapshot } from "../../src/handshake.ts";

const IDENTITY: PeerIdentity = {
  name: "n1",
  storeId: "1".repeat(32) as StoreId,
  bootId: "2".repeat(32) as BootId,
  clusterId: 77 as ClusterId,
  memberId: 1_000 as MemberId,
  membership: NO_MEMBERSHIP,
  membershipCommitted: true,
  membershipConfirmed: true,
  heartbeatMs: 100,
  electionTimeoutMs: 1_000,
  peerAddress: "h:1",
  clientAddress: "h:2",
};
const REQUEST = {
  ...{ from: 1_000 as MemberId, to: 2_000 as MemberId, term: 3, epoch: 1 },
  ...{ last: { term: 2, index: 9 }, sequence: 4 },
};
const CHUNK = { sequence: 4, bytes: Uint8Array.of(1, 2), crc: 9, end: { rows: 1, bytes: 2 } };

/** What protobuf makes of any bytes: the types of the fields always hold, their values never need to. */
const DECIMALS = ["0", "1", "9007199254740991", "9007199254740992", "18446744073709551615"];
const TEXTS = ["", "null", "n1\n", "\0", "\ud800", "é".repeat(300), "1".repeat(32), "x y"];
const NUMBERS = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const BYTES = [emptyBytes(), Uint8Array.of(1), Uint8Array.of(1, 0x91, 0xc0)];
const memberships = [encodeMembership(NO_MEMBERSHIP)];

type Wire = Readonly<Record<string, unknown>>;

/** A wire object of which one field holds another value of its type. */
function edited<Given extends object>(random: Random, wire: Given): Given {
  const [name, value] = pick(random, Object.entries(wire as Wire));
  return { ...wire, [name]: otherOf(random, value) };
}

function otherOf(random: Random, value: unknown): unknown {
  if (typeof value === "string") {
    return pick(random, /^\d{1,20}$/.test(value) ? DECIMALS : TEXTS);
  }
  switch (typeof value) {
    case "number":
      return pick(random, NUMBERS);
    case "boolean":
      return !value;
    default:
      if (value instanceof Uint8Array)
        return pick(random, [...BYTES, mutateBytes(random, memberships)]);
      return value === null || value === undefined ? null : edited(random, value);
  }
}

/** What gRPC hands on: it refuses by itself what is no message of that kind. */
function received<Wire>(deserialize: (bytes: Buffer) => unknown, bytes: Uint8Array): Wire {
  try {
    return deserialize(Buffer.from(bytes)) as Wire;
  } catch (cause) {
    throw new MalformedPeerDataError("no protobuf of that message", { cause });
  }
}

/** A message of protobuf, read as the peer port reads it. */
function wireTarget<Wire extends object>(target: {
  readonly name: string;
  readonly example: Wire;
  readonly others?: readonly Wire[];
  readonly serialize: (wire: Wire) => Buffer;
  readonly deserialize: (bytes: Buffer) => unknown;
  /** Decodes it and does with it what is done with a caller's; what it then would be on the wire. */
  use(wire: Wire): Wire;
}): FuzzTarget {
  const { name, example, others, serialize, deserialize, use } = target;
  const examples = [Uint8Array.from(serialize(example))];
  return bytesTarget({
    name,
    runs: 1_000,
    refusals: [MalformedPeerDataError],
    examples,
    ...(others === undefined ? {} : { others }),
    make: (random) =>
      below(random, 2) === 0
        ? mutateBytes(random, examples)
        : Uint8Array.from(serialize(edited(random, example))),
    read: (bytes) => use(received(deserialize, bytes)),
    write: (wire) => serialize(wire),
  });
}

const { hello, fetchSnapshot } = methods();

/** As gRPC calls them. */
function methods() {
  const definition = peerService().definition as Readonly<
    Record<string, MethodDefinition<object, object>>
  >;
  const { Hello, FetchSnapshot } = definition;
  if (Hello === undefined || FetchSnapshot === undefined) throw new Error("no such methods");
  return { hello: Hello, fetchSnapshot: FetchSnapshot };
}

export const WIRE_TARGETS: readonly FuzzTarget[] = [
  wireTarget({
    name: "peer-identity",
    example: encodeIdentity(IDENTITY),
    serialize: hello.requestSerialize,
    deserialize: hello.requestDeserialize,
    use: (wire) => {
      const caller = decodeIdentity(wire);
      for (const ms of [caller.heartbeatMs, caller.electionTimeoutMs]) {
        if (!Number.isSafeInteger(ms) || ms < 0) throw new Error(`a timing of ${ms} ms`);
      }
      for (const id of [caller.clusterId, caller.memberId]) {
        if (id !== undefined && !isWireId(id)) throw new Error(`an id of ${id}`);
      }
      refusalOfCaller(IDENTITY, caller);
      refusalOfAnswer(IDENTITY, { id: 5 as MemberId, storeId: IDENTITY.storeId }, caller);
      return encodeIdentity(caller);
    },
  }),
  wireTarget({
    name: "snapshot-request",
    example: encodeSnapshotRequest(REQUEST, IDENTITY),
    serialize: fetchSnapshot.requestSerialize,
    deserialize: fetchSnapshot.requestDeserialize,
    use: (wire) => {
      const { caller, request } = decodeSnapshotRequest(wire);
      refusalOfSnapshot(IDENTITY, caller);
      return encodeSnapshotRequest(request, IDENTITY);
    },
  }),
  wireTarget({
    name: "snapshot-chunk",
    example: encodeSnapshotChunk(CHUNK),
    others: [encodeSnapshotChunk({ ...CHUNK, end: undefined })],
    serialize: fetchSnapshot.responseSerialize,
    deserialize: fetchSnapshot.responseDeserialize,
    use: (wire) => encodeSnapshotChunk(decodeSnapshotChunk(wire)),
  }),
];
