import type { MemberId, StoreId } from "@holdfast/base";
import type { Membership, Message } from "@holdfast/raft";

export const A = 1_234_567_890_123_456 as MemberId;
export const B = 7 as MemberId;

export const MEMBERSHIP: Membership = {
  voters: [B, A],
  outgoing: [B],
  learners: [9 as MemberId],
  learnersNext: [B],
  autoLeave: true,
  promotions: [],
  profiles: [
    {
      id: B,
      name: "n2",
      storeId: "00112233445566778899aabbccddeeff" as StoreId,
      peerAddress: "127.0.0.1:22380",
      clientAddress: "127.0.0.1:22379",
    },
    {
      id: A,
      name: "n1",
      storeId: "ffeeddccbbaa99887766554433221100" as StoreId,
      peerAddress: "127.0.0.1:2380",
      clientAddress: "127.0.0.1:2379",
    },
  ],
};

const envelope = { from: A, to: B, term: 5 };
const session = { ...envelope, epoch: 3, round: 70_000 };

export const APPEND_REQUEST: Message = {
  kind: "append-request",
  ...session,
  prev: { term: 4, index: 300 },
  entries: [
    { term: 4, index: 301, kind: "noop", payload: new Uint8Array(0) },
    { term: 5, index: 302, kind: "commands", payload: Uint8Array.of(1, 2, 3, 255) },
    { term: 5, index: 303, kind: "membership", payload: Uint8Array.of(1, 9) },
  ],
  commit: 299,
  floor: 17,
};

/** One message of each kind, and the variants that are encoded differently. */
export const MESSAGES: readonly Message[] = [
  { kind: "pre-vote-request", ...envelope, last: { term: 4, index: 300 } },
  { kind: "pre-vote-response", ...envelope, granted: true },
  { kind: "vote-request", ...envelope, last: { term: 4, index: 300 }, transfer: true },
  { kind: "vote-response", ...envelope, granted: false },
  APPEND_REQUEST,
  { kind: "append-accepted", ...session, match: 303 },
  { kind: "append-rejected", ...session, rejected: 300, hint: { term: 2, index: 150 } },
  { kind: "heartbeat-request", ...session, commit: 299, floor: 17 },
  { kind: "heartbeat-response", ...session },
  { kind: "read-index-request", ...envelope, id: 12 },
  { kind: "read-index-response", ...envelope, id: 12, index: 5_000_000_000 },
  { kind: "read-index-response", ...envelope, id: 12, index: undefined },
  { kind: "timeout-now", ...envelope },
  {
    kind: "snapshot-offer",
    ...session,
    meta: { last: { term: 4, index: 300 }, membership: MEMBERSHIP },
  },
];
