import type { Command } from "./commands.ts";
import { describeEntry, describeId, describeMembership, nameOf } from "./describe.ts";
import type { Stage } from "./stage.ts";
import { describeIds, memberOf } from "./words.ts";

export const LOOK_COMMANDS: Readonly<Record<string, Command>> = {
  // status n1 n2
  status(stage, { plain }) {
    for (const word of plain) stage.say(statusLine(stage, word));
  },

  // peers n1: what a leader knows of the others
  peers(stage, { plain: [at] }) {
    for (const { id, state, match, next } of stage.running(memberOf(at)).status().peers) {
      stage.say(`${at} holds ${nameOf(id)} for: ${state}, match ${match}, next ${next}`);
    }
  },

  // members n1: the configuration in force at n1
  members(stage, { plain }) {
    for (const word of plain) {
      const { membership, membershipIndex } = stage.running(memberOf(word)).status();
      stage.say(`${word} since ${membershipIndex}: ${describeMembership(membership)}`);
    }
  },

  // log n1 n2: which entries are on their disks
  log(stage, { plain }) {
    for (const word of plain) {
      const { compacted, entries } = stage.actor(memberOf(word)).disk;
      const behind = compacted.index === 0 ? "" : ` behind ${describeId(compacted)}`;
      stage.say(`${word} holds ${describeIds(entries)}${behind}`);
    }
  },

  // entries n1: and what is in them
  entries(stage, { plain: [at] }) {
    const { entries } = stage.actor(memberOf(at)).disk;
    stage.say(`${at} holds ${entries.map(describeEntry).join(", ")}`);
  },

  // network: what is under way
  network(stage) {
    for (const message of stage.network) stage.say(`under way: ${stage.describe(message)}`);
    if (stage.network.length === 0) stage.say("nothing is under way");
  },

  // expect n1 role=leader commit=3: fails the test if it is not so, whatever the file records
  expect(stage, { plain: [at], named }) {
    const found = facts(stage, at);
    for (const [name, wanted] of named) {
      if (!(name in found)) throw new Error(`nothing is known of "${name}"`);
      if (found[name] !== wanted) throw new Error(`${name} of ${at} is ${found[name]}`);
    }
  },
};

function facts(stage: Stage, at: string | undefined): Readonly<Record<string, string>> {
  const { raft, applied } = stage.actor(memberOf(at));
  if (raft === undefined) return { role: "down" };
  const status = raft.status();
  return {
    role: status.role,
    term: `${status.term}`,
    vote: status.vote === undefined ? "none" : nameOf(status.vote),
    leader: status.leader === undefined ? "none" : nameOf(status.leader),
    last: `${status.lastIndex}`,
    commit: `${status.commit}`,
    durable: `${status.durable}`,
    compacted: `${status.compacted}`,
    applied: `${applied}`,
    voters: status.membership.voters.map(nameOf).join(","),
    outgoing: status.membership.outgoing.map(nameOf).join(","),
    learners: status.membership.learners.map(nameOf).join(","),
    uncommitted: `${status.uncommittedBytes}`,
    transferring: status.transferringTo === undefined ? "no" : nameOf(status.transferringTo),
  };
}

function statusLine(stage: Stage, at: string): string {
  const is = facts(stage, at);
  if (is["role"] === "down") return `${at} is down`;
  const leader = is["role"] === "leader" ? "" : `, leader ${is["leader"]}`;
  const compacted = is["compacted"] === "0" ? "" : `, compacted ${is["compacted"]}`;
  return (
    `${at} is ${is["role"]}, term ${is["term"]}, vote ${is["vote"]}${leader}, ` +
    `last ${is["last"]}, durable ${is["durable"]}, commit ${is["commit"]}${compacted}`
  );
}
