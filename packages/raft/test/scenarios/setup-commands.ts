import { type Entry, NO_MEMBERSHIP, resolveRaftOptions } from "../../src/index.ts";
import { profileOf } from "./actor.ts";
import type { Command } from "./commands.ts";
import type { Stage } from "./stage.ts";
import { entryIdOf, entryIdsIn, memberOf, membersIn, numberOf, type Words } from "./words.ts";

export const SETUP_COMMANDS: Readonly<Record<string, Command>> = {
  // cluster n1 n2 n3 learners=n4 electionTimeoutMs=1000: members with empty logs, all started
  cluster(stage, { plain, named }) {
    const { learners, ...options } = Object.fromEntries(named);
    const numbers = Object.entries(options).map(([name, word]) => [name, numberOf(word)]);
    stage.options = resolveRaftOptions(Object.fromEntries(numbers));
    const voters = membersIn(plain.join(","));
    const membership = { ...NO_MEMBERSHIP, voters, learners: membersIn(learners) };
    const all = [...voters, ...membership.learners].sort((a, b) => a - b);
    for (const id of all) stage.add(id, { ...membership, profiles: all.map(profileOf) });
  },

  // spare n4: a started process with an empty disk that is no member of anything yet
  spare(stage, { plain }) {
    for (const word of plain) stage.add(memberOf(word));
  },

  // disk n1 term=4 vote=n2 commit=2 compacted=1t1 log=2..3t3 state=2: starts again on this disk;
  // its log stays if none is given
  disk(stage, words) {
    const actor = stage.actor(memberOf(words.plain[0]));
    const { disk } = actor;
    const log = words.named.get("log");
    const entries = log === undefined ? disk.entries : entryIdsIn(log).map(entryOf);
    const compacted = words.named.get("compacted");
    if (compacted !== undefined) disk.compacted = entryIdOf(compacted);
    disk.stateIndex = numberOf(words.named.get("state") ?? `${disk.compacted.index}`);
    disk.entries = entries;
    const term = words.named.get("term");
    const vote = words.named.get("vote");
    disk.hardState = {
      term: term === undefined ? (entries.at(-1)?.term ?? disk.compacted.term) : numberOf(term),
      vote: vote === undefined ? undefined : memberOf(vote),
      commit: numberOf(words.named.get("commit") ?? `${disk.compacted.index}`),
    };
    stage.boot(actor);
  },

  // hold-writes n1: from now on a write is durable only when `persist` says so
  "hold-writes": (stage, words) => atOnce(stage, words, false),
  "free-writes": (stage, words) => atOnce(stage, words, true),

  // stall n1: nothing that it writes becomes durable, however much time passes, until `free-writes n1`
  stall(stage, words) {
    atOnce(stage, words, false);
    for (const word of words.plain) stage.actor(memberOf(word)).stalled = true;
  },

  // show-sessions: messages are printed with epoch and round
  "show-sessions"(stage) {
    stage.showSessions = true;
  },
};

function entryOf(id: { readonly index: number; readonly term: number }): Entry {
  return { ...id, kind: "commands", payload: new Uint8Array() };
}

function atOnce(stage: Stage, { plain }: Words, disksAtOnce: boolean): void {
  for (const word of plain) {
    const actor = stage.actor(memberOf(word));
    actor.disksAtOnce = disksAtOnce;
    actor.stalled = false;
    if (disksAtOnce) stage.persist(actor, actor.writes.length);
  }
}
