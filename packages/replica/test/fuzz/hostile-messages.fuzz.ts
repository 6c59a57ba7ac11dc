import { below, InvariantViolation, type MemberId, type Random, randomBytes } from "@holdfast/base";
import { type FuzzTarget, mutateBytes, pick, worldTarget } from "@holdfast/base/fuzz";
import { NO_MEMBERSHIP } from "@holdfast/raft";
import { type CommandBatch, encodeBatch, MalformedCommandError } from "@holdfast/state-machine";
import type { PeerMessage } from "../../src/ports/peer-network.ts";
import type { Replica } from "../../src/replica.ts";
import { replicaOn } from "../lone-replica.ts";
import { ManualTime } from "../manual-time.ts";
import { MemoryDisk } from "../memory-disk.ts";

const MESSAGES_EACH = 12;
const STRANGER = 4_242 as MemberId;
const NUMBERS = [0, 1, 2, 7, 2 ** 31, 2 ** 32, 2 ** 53 - 2, 2 ** 53 - 1];
const WORDS = ["", "n1", "n1:1", "\0", "x".repeat(5_000)];
/** What it takes until a member that was thrown out of its place leads again, ms. */
const RECOVERS_MS = 60_000;
const ANSWERS_WITHIN_MS = 10_000;

const OWN = randomless(9);
const batch: CommandBatch = {
  session: OWN,
  firstSequence: 1,
  ackedBelow: 1,
  operations: [{ kind: "session-open" }],
};
const encoded = encodeBatch(batch);

function randomless(byte: number): Uint8Array {
  return new Uint8Array(16).fill(byte);
}

/**
 * Whatever a peer says that the wire can carry, a replica passes over it, lives with it, or
 * stops for a reason that has a name; and if it lives, it leads and writes again.
 */
async function hear(random: Random): Promise<void> {
  const time = new ManualTime();
  const { replica, network } = await replicaOn(new MemoryDisk(), time);
  let failure: unknown;
  replica.onFailure((why) => {
    failure = why;
  });
  await replica.start(network);
  await time.advance(5_000);
  for (let said = 0; said < MESSAGES_EACH && failure === undefined; said++) {
    const messages = Array.from({ length: 1 + below(random, 3) }, () =>
      messageFor(random, replica),
    );
    replica.events.received(messages);
    await time.advance(below(random, 400));
  }
  await time.advance(RECOVERS_MS);
  if (failure === undefined) await expectToWrite(replica, time);
  else if (!isNamedStop(failure)) throw failure;
  await time.until(replica.stop());
}

/** What only a leader can bring about, and one that lies. */
function isNamedStop(failure: unknown): boolean {
  // A committed entry of newer software may mean something: it cannot be passed over.
  const isNewer = failure instanceof MalformedCommandError && failure.unknownVersion !== undefined;
  return isNewer || failure instanceof InvariantViolation;
}

async function expectToWrite(replica: Replica, time: ManualTime): Promise<void> {
  const call = { deadline: time.now() + ANSWERS_WITHIN_MS };
  const submitted = { bytes: encoded, session: OWN, firstSequence: 1, count: 1 };
  const results = await time.until(replica.submit(submitted, call));
  if (results.length !== 1) throw new Error("a write behind them is not answered");
}

function messageFor(random: Random, replica: Replica): PeerMessage {
  const from = below(random, 4) === 0 ? (replica.status().memberId ?? STRANGER) : STRANGER;
  switch (below(random, 7)) {
    case 0:
      return { kind: "forward", from, batch: mutateBytes(random, [encoded]) };
    case 1: {
      const session = pick(random, [OWN, randomBytes(random, below(random, 20))]);
      const reason = pick(random, ["not-leader", "overloaded", "no-space"] as const);
      return { kind: "forward-refused", from, session, firstSequence: number(random), reason };
    }
    case 2:
      return { kind: "room", from, hasRoom: below(random, 2) === 0 };
    case 3:
      return {
        kind: "ask",
        from,
        id: number(random),
        withinMs: number(random),
        question: question(random),
      };
    case 4:
      return {
        kind: "answer",
        from,
        id: number(random),
        answer: { kind: "done", member: STRANGER },
      };
    default:
      return { kind: "raft", message: raftMessage(random, replica, from) };
  }
}

function number(random: Random): number {
  return below(random, 2) === 0 ? pick(random, NUMBERS) : below(random, 12);
}

function question(random: Random): Extract<PeerMessage, { readonly kind: "ask" }>["question"] {
  const id = pick(random, [STRANGER, (2 ** 53 - 1) as MemberId]);
  if (below(random, 2) === 0) return { kind: "transfer-leadership", to: id };
  const [name, peerAddress, clientAddress] = [
    pick(random, WORDS),
    pick(random, WORDS),
    pick(random, WORDS),
  ];
  const request = pick(random, [
    { kind: "add", name, peerAddress, clientAddress, learner: true },
    { kind: "remove", id },
    { kind: "promote", id },
    { kind: "update", id, peerAddress, clientAddress },
  ] as const);
  return { kind: "change-membership", request };
}

type RaftMessage = Extract<PeerMessage, { readonly kind: "raft" }>["message"];

/** Of every kind; those for nobody else, and with every field that any has. */
function raftMessage(random: Random, replica: Replica, from: MemberId): RaftMessage {
  const { memberId, term, lastIndex } = replica.status();
  const index = (): number => pick(random, [number(random), lastIndex, lastIndex + 1]);
  const id = () => ({ term: number(random), index: index() });
  const kind = pick(random, RAFT_KINDS);
  const prev = pick(random, [{ term, index: lastIndex }, id()]);
  return {
    kind,
    ...{ from, to: memberId ?? STRANGER, term: pick(random, [term, term + 1, number(random)]) },
    ...{ last: id(), granted: true, transfer: below(random, 2) === 0 },
    ...{ epoch: number(random), round: number(random), prev, commit: index(), floor: index() },
    entries: Array.from({ length: below(random, 3) }, (_, at) => ({
      term: pick(random, [term, number(random)]),
      index: prev.index + 1 + at,
      kind: pick(random, ["noop", "commands", "membership"] as const),
      payload: mutateBytes(random, [encoded]),
    })),
    ...{ match: index(), rejected: index(), hint: id(), id: number(random), index: index() },
    meta: { last: id(), membership: NO_MEMBERSHIP },
  } as unknown as RaftMessage;
}

const RAFT_KINDS: readonly RaftMessage["kind"][] = [
  ...(["pre-vote-request", "pre-vote-response", "vote-request", "vote-response"] as const),
  ...(["append-request", "append-accepted", "append-rejected", "snapshot-offer"] as const),
  ...(["heartbeat-request", "heartbeat-response", "timeout-now"] as const),
  ...(["read-index-request", "read-index-response"] as const),
];

export const HOSTILE_TARGETS: readonly FuzzTarget[] = [
  worldTarget({ name: "hostile-messages", runs: 25, live: hear }),
];
