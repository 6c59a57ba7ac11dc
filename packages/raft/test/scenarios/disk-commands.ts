import type { Command } from "./commands.ts";
import { Disk } from "./disk.ts";
import { memberOf, numberOf } from "./words.ts";

export const DISK_COMMANDS: Readonly<Record<string, Command>> = {
  // persist n1 [2]: the oldest writes, or all of them, are durable and reported, the last for all
  persist(stage, { plain: [at, count] }) {
    const actor = stage.actor(memberOf(at));
    if (actor.writes.length === 0) throw new Error("nothing is being written");
    stage.persist(actor, count === undefined ? actor.writes.length : numberOf(count));
  },

  // persisted n1 3: the driver reports write 3 once more, or one that was never handed out
  persisted(stage, { plain: [at, seq] }) {
    stage.step(memberOf(at), { kind: "persisted", seq: numberOf(seq) });
  },

  // crash n1 [keeping=1]: what was reported is on disk, and as many writes more as are kept
  crash(stage, { plain: [at], named }) {
    const actor = stage.actor(memberOf(at));
    for (const write of actor.writes.slice(0, numberOf(named.get("keeping") ?? "0"))) {
      actor.disk.take(write);
    }
    stage.crash(actor);
  },

  restart(stage, { plain }) {
    for (const word of plain) stage.boot(stage.actor(memberOf(word)));
  },

  // wipe n1: it starts again on an empty disk under its old name, against every promise
  wipe(stage, { plain: [at] }) {
    const actor = stage.actor(memberOf(at));
    stage.judge.disksKeepPromises = false;
    actor.disk = new Disk(actor.disk.base);
    stage.boot(actor);
  },

  // state-durable n1 [5]: the applied state is on disk up to there, or as far as it is applied
  "state-durable"(stage, { plain: [at, index] }) {
    const actor = stage.actor(memberOf(at));
    const upTo = index === undefined ? actor.applied : numberOf(index);
    actor.disk.stateIndex = Math.max(actor.disk.stateIndex, upTo);
    stage.step(actor.id, { kind: "state-durable", index: upTo });
  },

  // fetched n1 [1]: the entries that n1 wanted from its disk are read, or those of its oldest wish
  fetched(stage, { plain: [at, count] }) {
    const actor = stage.actor(memberOf(at));
    stage.answerFetches(actor, true, count === undefined ? undefined : numberOf(count));
  },
  "fetch-fails": (stage, { plain: [at] }) => stage.answerFetches(stage.actor(memberOf(at)), false),

  // opened n1 n3 [at=5] [epoch=2]: a state of n1 is ready to be fetched by n3; without an index there is none
  opened(stage, { plain: [at, of], named }) {
    const actor = stage.actor(memberOf(at));
    const peer = memberOf(of);
    const epoch = epochIn(named) ?? actor.wanted.get(peer);
    if (epoch === undefined) throw new Error(`${at} wants no state opened for ${of}`);
    const word = named.get("at");
    const index = word === undefined ? undefined : numberOf(word);
    stage.step(actor.id, { kind: "snapshot-opened", peer, epoch, index });
  },

  // closed n1 n3 [epoch=2]: what served the state to n3 ended
  closed(stage, { plain: [at, of], named }) {
    const actor = stage.actor(memberOf(at));
    const peer = memberOf(of);
    const epoch = epochIn(named) ?? actor.wanted.get(peer) ?? 0;
    stage.step(actor.id, { kind: "snapshot-closed", peer, epoch });
  },

  // staged n3: the state that n3 fetches is complete, verified and durable beside the old one
  staged(stage, { plain: [at] }) {
    const actor = stage.actor(memberOf(at));
    const { snapshotFetch } = actor;
    if (snapshotFetch === undefined) throw new Error(`${at} fetches no state`);
    actor.snapshotFetch = undefined;
    stage.step(actor.id, { kind: "snapshot-staged", meta: snapshotFetch.meta });
  },

  // gives-up n3: the state that n3 fetches is not to be had, or not to be written
  "gives-up"(stage, { plain: [at] }) {
    const actor = stage.actor(memberOf(at));
    const { snapshotFetch } = actor;
    if (snapshotFetch === undefined) throw new Error(`${at} fetches no state`);
    actor.snapshotFetch = undefined;
    stage.step(actor.id, { kind: "snapshot-given-up", meta: snapshotFetch.meta });
  },
};

/** The driver's word is about another session than the last one that wanted a state. */
function epochIn(named: ReadonlyMap<string, string>): number | undefined {
  const word = named.get("epoch");
  return word === undefined ? undefined : numberOf(word);
}
