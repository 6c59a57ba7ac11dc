import type { MemberId } from "@holdfast/base";
import type { PeerMessage } from "@holdfast/replica";

const from = 1_000 as MemberId;
const to = 2_000 as MemberId;
const session = new Uint8Array(16).fill(7);
const link = { from, to, term: 5 } as const;

/** One message of each kind, and some of what is asked. */
export const PEER_MESSAGES: readonly PeerMessage[] = [
  {
    kind: "raft",
    message: { kind: "vote-request", ...link, last: { term: 4, index: 9 }, transfer: false },
  },
  {
    kind: "raft",
    message: { kind: "heartbeat-request", ...link, epoch: 2, round: 3, commit: 8, floor: 1 },
  },
  {
    kind: "raft",
    message: {
      kind: "append-request",
      ...{ ...link, epoch: 2, round: 3, prev: { term: 4, index: 9 }, commit: 8, floor: 1 },
      entries: [
        { term: 5, index: 10, kind: "noop", payload: new Uint8Array(0) },
        { term: 5, index: 11, kind: "commands", payload: Uint8Array.of(1, 2, 3) },
        { term: 5, index: 12, kind: "membership", payload: Uint8Array.of(1, 2) },
      ],
    },
  },
  { kind: "forward", from, batch: Uint8Array.of(1, 2, 3) },
  { kind: "forward-refused", from, session, firstSequence: 9, reason: "not-leader" },
  { kind: "room", from, hasRoom: true },
  { kind: "lease-ask", from, id: 3, leases: [7n, -1n] },
  { kind: "lease-answer", from, id: 3, remainingMs: [1_500, -1] },
  { kind: "lease-answer", from, id: 4, remainingMs: undefined },
  { kind: "hash-ask", from, id: 3, index: 700, revision: 9 },
  {
    kind: "hash-answer",
    from,
    id: 3,
    hashes: { rolling: 5, kv: { hash: 7, compactRevision: -1 } },
  },
  { kind: "hash-answer", from, id: 4, hashes: { rolling: undefined, kv: undefined } },
  { kind: "ask", from, id: 1, withinMs: 5_000, question: { kind: "transfer-leadership", to } },
  {
    kind: "ask",
    ...{ from, id: 2, withinMs: 5_000 },
    question: {
      kind: "change-membership",
      request: { kind: "add", name: "n4", peerAddress: "h:1", clientAddress: "", learner: true },
    },
  },
  {
    kind: "ask",
    ...{ from, id: 3, withinMs: 5_000 },
    question: { kind: "change-membership", request: { kind: "remove", id: to } },
  },
  {
    kind: "ask",
    ...{ from, id: 4, withinMs: 5_000 },
    question: { kind: "change-membership", request: { kind: "promote", id: to } },
  },
  {
    kind: "ask",
    ...{ from, id: 5, withinMs: 5_000 },
    question: {
      kind: "change-membership",
      request: { kind: "update", id: to, peerAddress: "h:2", clientAddress: "h:3" },
    },
  },
  {
    kind: "ask",
    from,
    id: 6,
    withinMs: 1,
    question: { kind: "transfer-leadership", to: undefined },
  },
  { kind: "answer", from, id: 1, answer: { kind: "done", member: to } },
  {
    kind: "answer",
    ...{ from, id: 2 },
    answer: { kind: "failed", code: "NO", message: "no", outcome: "not-applied", retryable: true },
  },
];
