import type { MemberId } from "@holdfast/base";
import { NO_MEMBERSHIP } from "@holdfast/raft";
import { expect, test } from "vitest";
import { LogImage } from "../src/disk/log-image.ts";
import { ClusterJudge, type Moved } from "../src/explorer/cluster-judge.ts";
import { HistoryBook } from "../src/explorer/history.ts";
import { LogBook, type LogId } from "../src/explorer/log-book.ts";
import type { MemberState } from "../src/explorer/member-book.ts";
import { memberAt } from "../src/explorer/member-input.ts";
import { MessageBook } from "../src/explorer/message-book.ts";
import { fingerprintOf, pictureOf } from "../src/explorer/picture.ts";
import { renamingsOf } from "../src/explorer/renaming.ts";
import { StateTable } from "../src/explorer/state-table.ts";
import { encodeCommand } from "../src/model/command.ts";
import { asciiMembershipCodec } from "../src/model/membership-codec.ts";

const view = { now: 10, horizon: 3 };

test("a picture tells times from now on, and old ones all alike", () => {
  expect(pictureOf({ heardLeaderAt: 9 }, view)).not.toBe(pictureOf({ heardLeaderAt: 8 }, view));
  expect(pictureOf({ heardLeaderAt: 9 }, view)).toBe(
    pictureOf({ heardLeaderAt: 29 }, { ...view, now: 30 }),
  );
  expect(pictureOf({ heardLeaderAt: 7 }, view)).toBe(pictureOf({ heardLeaderAt: 1 }, view));
});

test("a picture tells every other number, and fields that were private", () => {
  expect(pictureOf({ $match: 9 }, view)).not.toBe(pictureOf({ $match: 8 }, view));
  expect(pictureOf({ $match: 9 }, view)).toBe(pictureOf({ match: 9 }, view));
});

test("with names changed about, a picture is that of the other member", () => {
  const swapped = [0, 2, 1, 3];
  const one = { id: 1, vote: 2, answers: new Map([[2, true]]), peers: [{ id: 2 }, { id: 3 }] };
  const other = { id: 2, vote: 1, answers: new Map([[1, true]]), peers: [{ id: 1 }, { id: 3 }] };
  const same = [0, 1, 2, 3];

  expect(pictureOf(one, { ...view, renaming: swapped })).toBe(
    pictureOf(other, { ...view, renaming: same }),
  );
  expect(pictureOf(one, { ...view, renaming: same })).not.toBe(
    pictureOf(other, { ...view, renaming: same }),
  );
});

test("there are as many ways to name members as orders of them, the first changes nothing", () => {
  const renamings = renamingsOf(3);

  expect(renamings[0]).toEqual([0, 1, 2, 3]);
  expect(new Set(renamings.map((renaming) => renaming.join())).size).toBe(6);
});

test("fingerprints of many like texts differ", () => {
  const count = 100_000;
  const all = new Set(Array.from({ length: count }, (_, at) => fingerprintOf(`{index:${at};}`)));

  expect(all.size).toBe(count);
});

test("a table of states knows each row once, and gives it back", () => {
  const table = new StateTable(3);
  const count = 100_000;
  const row = (at: number): Int32Array => Int32Array.of(at % 300, Math.floor(at / 300), -1);
  const origin = (at: number): { parent: number; code: number } => ({ parent: at - 1, code: at });
  for (let at = 0; at < count; at++) table.add(row(at), row(at), origin(at));

  expect(table.count).toBe(count);
  expect(table.add(row(77_777), row(77_777), origin(0))).toBe(false);
  const found = new Int32Array(3);
  table.read(77_777, found);
  expect(found).toEqual(row(77_777));
  expect(table.originOf(77_777)).toEqual(origin(77_777));
});

const VOTERS = [memberAt(0), memberAt(1), memberAt(2)];
const MEMBERSHIP = { ...NO_MEMBERSHIP, voters: VOTERS };

/** A log of commands with these terms, each command with a number of its own. */
function logOf(book: LogBook, ...terms: readonly number[]): LogId {
  const image = LogImage.born(asciiMembershipCodec, MEMBERSHIP);
  const entries = terms.map((term, at) => ({
    term,
    index: at + 1,
    kind: "commands" as const,
    payload: encodeCommand(10 * term + at, 4),
  }));
  image.take({ seq: 1, hardState: undefined, entries, compact: undefined, install: undefined });
  return book.idOf(image);
}

test("logs match that part and never meet again", () => {
  const book = new LogBook();

  expect(book.match(logOf(book, 1, 1), logOf(book, 1, 2))).toBe(true);
  expect(book.match(logOf(book, 1, 3), logOf(book, 2, 3))).toBe(false);
});

function memberWith(id: MemberId, log: LogId, changed: Partial<MemberState> = {}): MemberState {
  return {
    id,
    life: 0,
    role: "follower",
    term: 3,
    leader: undefined,
    commit: 0,
    log,
    durable: log,
    membership: MEMBERSHIP,
    durableMembership: MEMBERSHIP,
    writesUnderWay: 0,
    readsLog: false,
    ...changed,
  };
}

/** Member 1 leads term 3 and commits its whole log, in a cluster with these logs. */
function commitOf(book: LogBook, logs: readonly LogId[]): Moved {
  const [first = 0, ...others] = logs;
  const before = memberWith(memberAt(0), first, { role: "leader" });
  const after = { ...before, commit: book.last(first) };
  const members = [after, ...others.map((log, at) => memberWith(memberAt(at + 1), log))];
  const step = {
    next: 0,
    sent: [],
    leads: [],
    committedAsLeader: true,
    readsReady: [],
    wrote: false,
    beyondBounds: false,
    violation: undefined,
  };
  return { members, before, after, step };
}

function judged(terms: readonly (readonly number[])[]): () => unknown {
  const book = new LogBook();
  const judge = new ClusterJudge(book, new MessageBook([]));
  const histories = new HistoryBook([]);
  const moved = commitOf(
    book,
    terms.map((log) => logOf(book, ...log)),
  );
  return () => judge.judge(moved, histories.at(histories.beginning));
}

test("what a quorum has on its disks may be committed", () => {
  expect(judged([[1, 3], [1, 3], [2]])).not.toThrow();
});

test("what one disk has is not committed (I6)", () => {
  expect(judged([[1, 3], [1], [2]])).toThrow(/I6/);
});

test("what the next leader may lack is not committed (I4; Raft, figure 8)", () => {
  expect(judged([[1], [1], [2]])).toThrow(/I4: a quorum would elect node 3/);
});
