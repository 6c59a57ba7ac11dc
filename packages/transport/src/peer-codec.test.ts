import { type MemberId, toHex } from "@holdfast/base";
import { MalformedPeerDataError, packPeerData } from "@holdfast/protocol";
import { NO_MEMBERSHIP } from "@holdfast/raft";
import type { PeerMessage } from "@holdfast/replica";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePeerFrame, encodePeerFrame, peerMessageBytes } from "./peer-codec.ts";

const from = 1_000 as MemberId;
const to = 2_000 as MemberId;
const session = Uint8Array.from({ length: 16 }, (_, at) => at);

const golden: readonly PeerMessage[] = [
  {
    kind: "raft",
    message: { kind: "heartbeat-response", from, to, term: 3, epoch: 4, round: 5 },
  },
  { kind: "forward", from, batch: Uint8Array.of(1, 2, 3) },
  { kind: "forward-refused", from, session, firstSequence: 9, reason: "not-leader" },
  { kind: "forward-refused", from, session, firstSequence: 300, reason: "overloaded" },
];

const rooms: readonly PeerMessage[] = [
  { kind: "forward-refused", from, session, firstSequence: 9, reason: "no-space" },
  { kind: "room", from, hasRoom: true },
  { kind: "room", from, hasRoom: false },
];

const leases: readonly PeerMessage[] = [
  { kind: "lease-ask", from, id: 3, leases: [7n, -1n] },
  { kind: "lease-answer", from, id: 3, remainingMs: [1_500, -1] },
  { kind: "lease-answer", from, id: 4, remainingMs: undefined },
];

const hashes: readonly PeerMessage[] = [
  { kind: "hash-ask", from, id: 3, index: 5_000_000_000, revision: 0 },
  {
    kind: "hash-answer",
    from,
    id: 3,
    hashes: { rolling: 0xffff_ffff, kv: { hash: 7, compactRevision: -1 } },
  },
  { kind: "hash-answer", from, id: 4, hashes: { rolling: undefined, kv: undefined } },
];

const add = {
  kind: "add",
  name: "n4",
  peerAddress: "h:1",
  clientAddress: "",
  learner: true,
} as const;
const failure = {
  kind: "failed",
  code: "NO_LEADER",
  message: "no",
  outcome: "not-applied",
  retryable: true,
} as const;
const questions: readonly PeerMessage[] = [
  {
    kind: "ask",
    from,
    id: 1,
    withinMs: 5000,
    question: { kind: "change-membership", request: add },
  },
  {
    kind: "ask",
    from,
    id: 2,
    withinMs: 1,
    question: { kind: "change-membership", request: { kind: "remove", id: to } },
  },
  {
    kind: "ask",
    from,
    id: 3,
    withinMs: 1,
    question: { kind: "change-membership", request: { kind: "promote", id: to } },
  },
  {
    kind: "ask",
    from,
    id: 4,
    withinMs: 1,
    question: {
      kind: "change-membership",
      request: { kind: "update", id: to, peerAddress: "h:2", clientAddress: "h:3" },
    },
  },
  { kind: "ask", from, id: 5, withinMs: 1, question: { kind: "transfer-leadership", to } },
  {
    kind: "ask",
    from,
    id: 6,
    withinMs: 1,
    question: { kind: "transfer-leadership", to: undefined },
  },
  { kind: "answer", from, id: 1, answer: { kind: "done", member: to } },
  { kind: "answer", from, id: 2, answer: failure },
];

test("a frame of format 1 has these bytes, for ever", () => {
  const bytes = encodePeerFrame({ groupId: 1, messages: golden });

  expect(toHex(bytes)).toBe(
    [
      "01", // format
      "92", // [group, messages]
      "01",
      "94",
      "9201", // raft
      "9609cd03e8cd07d0030405", // heartbeat response: from, to, term, epoch, round
      "9302cd03e8c403010203", // forward: from, batch
      "9503cd03e8c410000102030405060708090a0b0c0d0e0f0900", // refused: from, session, sequence, reason
      "9503cd03e8c410000102030405060708090a0b0c0d0e0fcd012c01",
    ].join(""),
  );
});

test("questions and answers have these bytes, for ever", () => {
  const bytes = encodePeerFrame({ groupId: 1, messages: questions });

  expect(toHex(bytes)).toBe(
    [
      "01920198",
      "9504cd03e801cd1388960000a26e34a3683a31a0c3", // ask: from, id, within ms, [change, add, …]
      "9504cd03e80201930001cd07d0", // remove
      "9504cd03e80301930002cd07d0", // promote
      "9504cd03e80401950003cd07d0a3683a32a3683a33", // update
      "9504cd03e805019301c3cd07d0", // transfer
      "9504cd03e806019301c201", // transfer to whoever is ahead
      "9405cd03e8019200cd07d0", // answer: done
      "9405cd03e8029501a94e4f5f4c4541444552a26e6f00c3", // answer: failed
    ].join(""),
  );
});

test("what is said of hashes has these bytes, for ever", () => {
  const bytes = encodePeerFrame({ groupId: 1, messages: hashes });

  expect(toHex(bytes)).toBe(
    [
      "01920193",
      "9509cd03e803cb41f2a05f2000000000", // ask: from, id, index, revision
      "980acd03e803c3ceffffffffc30700", // answer: from, id, rolling, then hash and compact revision + 1
      "980acd03e804c200c20000", // nothing is known
    ].join(""),
  );
  expect(decodePeerFrame(bytes).messages).toEqual(hashes);
});

test("what is said of leases has these bytes, for ever", () => {
  const bytes = encodePeerFrame({ groupId: 1, messages: leases });

  expect(toHex(bytes)).toBe(
    [
      "01920193",
      "9407cd03e803c4100000000000000007ffffffffffffffff", // ask: from, id, leases
      "9508cd03e803c392cd05dd00", // answer: from, id, whether it leads, what is left of each, ms, and 1
      "9508cd03e804c290",
    ].join(""),
  );
  expect(decodePeerFrame(bytes).messages).toEqual(leases);
});

test("what is said of room on disks has these bytes, for ever", () => {
  const bytes = encodePeerFrame({ groupId: 1, messages: rooms });

  expect(toHex(bytes)).toBe(
    [
      "01920193",
      "9503cd03e8c410000102030405060708090a0b0c0d0e0f0902", // refused: no space
      "9306cd03e8c3", // room: from, whether there is any
      "9306cd03e8c2",
    ].join(""),
  );
});

test("a frame is read as it was written", () => {
  const frame = { groupId: 1, messages: [...golden, ...questions, ...rooms] };

  const read = decodePeerFrame(encodePeerFrame(frame));

  expect(plain(read.messages)).toEqual(plain(frame.messages));
});

test("a message weighs at least what it takes on the wire", () => {
  const huge = Number.MAX_SAFE_INTEGER as MemberId;
  const profiles = Array.from({ length: 7 }, (_, at) => ({
    id: (huge - 7 + at) as MemberId,
    name: "ü".repeat(64),
    storeId: "f".repeat(32) as never,
    peerAddress: "h".repeat(200),
    clientAddress: "h".repeat(200),
  }));
  const ids = profiles.map(({ id }) => id);
  const numbers = { from: huge, to: huge, term: huge, epoch: huge, round: huge };
  const last = { term: huge, index: huge };
  const membership = {
    voters: ids,
    outgoing: ids,
    learners: ids,
    learnersNext: ids,
    promotions: ids.map((learner) => ({ learner, replaces: huge })),
    autoLeave: true,
    profiles,
  };
  const entries = Array.from({ length: 50 }, (_, at) => ({
    term: huge,
    index: at + 1,
    kind: "commands" as const,
    payload: new Uint8Array(at * 1_000),
  }));
  const prev = { term: huge, index: 0 };
  const messages: readonly PeerMessage[] = [
    ...golden,
    ...rooms,
    { kind: "raft", message: { kind: "snapshot-offer", ...numbers, meta: { last, membership } } },
    {
      kind: "raft",
      message: {
        kind: "append-request",
        ...numbers,
        prev,
        entries,
        commit: huge,
        floor: huge,
      },
    },
    {
      kind: "raft",
      message: { kind: "append-rejected", ...numbers, rejected: huge, hint: last },
    },
  ];

  const light = messages.filter(
    (message) =>
      encodePeerFrame({ groupId: 1, messages: [message] }).length > peerMessageBytes(message),
  );

  expect(light).toEqual([]);
});

describe("what is not a frame is refused with a reason", () => {
  const body = (value: readonly unknown[]): Uint8Array => Uint8Array.of(1, ...packPeerData(value));

  test.each([
    { what: "nothing", bytes: new Uint8Array(0), reason: /format none/ },
    { what: "another format", bytes: Uint8Array.of(2, 0x92, 1, 0x90), reason: /format 2/ },
    { what: "a version alone", bytes: Uint8Array.of(1), reason: /peer data/ },
    { what: "a cut frame", bytes: body([1, golden]).subarray(0, 9), reason: /peer data/ },
    { what: "no array", bytes: Uint8Array.of(1, 7), reason: /not an array/ },
    { what: "another group", bytes: body([2, []]), reason: /group 2/ },
    { what: "an unknown kind", bytes: body([1, [[99, 1]]]), reason: /kind 99/ },
    { what: "a negative kind", bytes: body([1, [[-1, 1]]]), reason: /whole number/ },
    { what: "a missing field", bytes: body([1, [[2, 5]]]), reason: /fields/ },
    { what: "text for bytes", bytes: body([1, [[2, 5, "x"]]]), reason: /byte string/ },
    { what: "no member", bytes: body([1, [[2, 0, session]]]), reason: /member id/ },
    { what: "an unknown reason", bytes: body([1, [[3, 5, session, 1, 3]]]), reason: /reason/ },
  ])("$what", ({ bytes, reason }) => {
    expect(() => decodePeerFrame(bytes)).toThrow(MalformedPeerDataError);
    expect(() => decodePeerFrame(bytes)).toThrow(reason);
  });

  test("any bytes at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, versioned) => {
        if (versioned) bytes[0] = 1;
        try {
          decodePeerFrame(bytes);
        } catch (failure) {
          expect(failure).toBeInstanceOf(MalformedPeerDataError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("a good frame with any one byte changed is read or refused, and never breaks", () => {
    const good = encodePeerFrame({
      groupId: 1,
      messages: [
        ...golden,
        {
          kind: "raft",
          message: {
            kind: "snapshot-offer",
            from,
            to,
            term: 1,
            epoch: 1,
            round: 1,
            meta: { last: { term: 1, index: 1 }, membership: NO_MEMBERSHIP },
          },
        },
      ],
    });
    for (let at = 0; at < good.length; at++) {
      for (const flipped of [0x00, 0x7f, 0x80, 0xc1, 0xdd, 0xff]) {
        const bytes = Uint8Array.from(good);
        bytes[at] = flipped;
        try {
          decodePeerFrame(bytes);
        } catch (failure) {
          expect(failure).toBeInstanceOf(MalformedPeerDataError);
        }
      }
    }
  });
});

/** The same with every byte string as a plain Uint8Array. */
function plain(messages: readonly PeerMessage[]): readonly PeerMessage[] {
  return messages.map((message) => {
    if (message.kind === "forward") return { ...message, batch: Uint8Array.from(message.batch) };
    if (message.kind !== "forward-refused") return message;
    return { ...message, session: Uint8Array.from(message.session) };
  });
}
