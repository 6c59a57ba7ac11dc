import { InvariantViolation, type MemberId } from "@holdfast/base";
import { expect, test } from "vitest";
import { NO_MEMBERSHIP, Raft, resolveRaftOptions } from "../../src/index.ts";
import { Disk, membershipCodec } from "./disk.ts";

test("a core that is entered while it runs stops, and stays stopped (checklist G9)", () => {
  const id = 1 as MemberId;
  // The one thing that a core calls while it runs is its source of chance.
  let intrude = () => {};
  const raft = new Raft({
    id,
    options: resolveRaftOptions(),
    random: {
      uint32: () => {
        intrude();
        return 0;
      },
    },
    membershipCodec,
    restored: new Disk({ ...NO_MEMBERSHIP, voters: [id] }).restore(),
    now: 0,
  });
  raft.step(0, { kind: "propose", proposals: [] });
  intrude = () => raft.step(1, { kind: "propose", proposals: [] });

  expect(() => raft.step(1, { kind: "tick" })).toThrow(InvariantViolation);

  intrude = () => {};
  expect(() => raft.step(1, { kind: "tick" })).toThrow("a broken invariant does nothing more");
});
