import type { EntryId, Message } from "@holdfast/raft";
import { expect, test } from "vitest";
import { bornOf, Member } from "../src/explorer/member.ts";
import { memberAt } from "../src/explorer/member-input.ts";
import { MemberJudge } from "../src/explorer/member-judge.ts";
import { encodeCommand } from "../src/model/command.ts";

/** A member of three whose disk has one entry of term 1, and has seen term 3. */
function said(last: EntryId): () => void {
  const birth = bornOf(memberAt(0), 3);
  const payload = encodeCommand(1, 1);
  birth.disk.take({
    seq: 1,
    hardState: { ...birth.disk.hardState, term: 3 },
    entries: [{ term: 1, index: 1, kind: "commands", payload }],
    compact: undefined,
    install: undefined,
  });
  const member = new Member(birth);
  const judge = new MemberJudge();
  member.watch(judge);
  const asked = { kind: "pre-vote-request", from: memberAt(0), to: memberAt(1), term: 4 } as const;
  return () => judge.sends(member, { ...asked, last } as Message);
}

test("a candidate may name the end of the log that is on its disk", () => {
  expect(said({ index: 1, term: 1 })).not.toThrow();
});

test.each<EntryId>([
  { index: 1, term: 2 },
  { index: 2, term: 1 },
])(
  "an end of the log that never was durable is not named, also in a later term (I9): %o",
  (last) => {
    expect(said(last)).toThrow(/I9.*never durable/s);
  },
);
