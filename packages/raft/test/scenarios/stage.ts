import { assert, InvariantViolation, type MemberId } from "@holdfast/base";
import {
  type Effects,
  type Entry,
  type Input,
  type Membership,
  type Message,
  NO_MEMBERSHIP,
  Raft,
  type RaftOptions,
  resolveRaftOptions,
} from "../../src/index.ts";
import { type Actor, newActor } from "./actor.ts";
import {
  describeEntry,
  describeId,
  describeMessage,
  describeOutcome,
  describeTransition,
  nameOf,
} from "./describe.ts";
import { membershipCodec, type Write } from "./disk.ts";
import { Judge } from "./judge.ts";

const ROUNDS_MAX = 1_000;

/**
 * Cores, the messages between them, their disks and a clock. Nothing moves unless a
 * command moves it; what happens is printed as lines.
 */
export class Stage {
  readonly #actors = new Map<MemberId, Actor>();
  readonly #labels = new Map<string, number>();
  #tokens = 0;
  readonly #questions = new Map<string, string>();
  readonly judge = new Judge();
  #lines: string[] = [];
  options: RaftOptions = resolveRaftOptions();
  now = 0;
  network: Message[] = [];
  /** Put aside by name, to be delivered late. */
  readonly kept = new Map<string, Message[]>();
  /** Links that lose everything, as `1>2`. */
  readonly cut = new Set<string>();
  /** Messages, writes and reads of old entries are not printed. */
  quiet = false;
  showSessions = false;

  get actors(): readonly Actor[] {
    return [...this.#actors.values()].sort((a, b) => a.id - b.id);
  }

  actor(id: MemberId): Actor {
    const actor = this.#actors.get(id);
    if (actor === undefined) throw new Error(`there is no ${nameOf(id)}`);
    return actor;
  }

  running(id: MemberId): Raft {
    const { raft } = this.actor(id);
    if (raft === undefined) throw new Error(`${nameOf(id)} is down`);
    return raft;
  }

  say(line: string): void {
    this.#lines.push(line);
  }

  takeLines(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** The driver's name for what a file calls `label`. */
  token(label: string): number {
    this.#tokens++;
    const token = this.#tokens;
    this.#labels.set(label, token);
    return token;
  }

  add(id: MemberId, membership: Membership = NO_MEMBERSHIP): Actor {
    const actor = newActor(id, membership);
    this.#actors.set(id, actor);
    this.boot(actor);
    return actor;
  }

  /** A process starts on what the disk holds. */
  boot(actor: Actor): void {
    actor.lives++;
    actor.writes = [];
    actor.fetches = [];
    actor.wanted.clear();
    actor.snapshotFetch = undefined;
    actor.applied = actor.disk.stateIndex;
    actor.applyTo = actor.applied;
    // No chance: n1 waits 1000 ms for a leader, n2 1100 ms and so on; ids differ by life.
    const chance = Math.ceil(((actor.id - 1) / 10) * 2 ** 32) + (actor.lives << 12);
    this.#guarded(actor, () => {
      actor.raft = new Raft({
        id: actor.id,
        options: this.options,
        random: { uint32: () => chance },
        membershipCodec,
        restored: actor.disk.restore(),
        now: this.now,
      });
      actor.committed = actor.raft.status().commit;
    });
  }

  crash(actor: Actor): void {
    actor.raft = undefined;
    actor.writes = [];
  }

  /** Inputs of one turn, then everything they cause on this member. */
  step(id: MemberId, ...inputs: readonly Input[]): void {
    const actor = this.actor(id);
    this.#guarded(actor, () => {
      for (const input of inputs) actor.raft?.step(this.now, input);
      this.#collect(actor);
    });
  }

  /** Reports the oldest writes as durable, the last one speaking for those before it. */
  persist(actor: Actor, count: number): void {
    const done = actor.writes.splice(0, count);
    for (const write of done) this.#take(actor, write);
    const last = done.at(-1);
    if (last === undefined) return;
    this.step(actor.id, { kind: "persisted", seq: last.seq });
    this.#apply(actor);
  }

  deliver(message: Message): void {
    if (this.actor(message.to).raft === undefined) {
      if (!this.quiet) this.say(`${nameOf(message.to)} is down`);
      return;
    }
    this.step(message.to, { kind: "message", message });
  }

  /** Until nothing moves any more without the clock. */
  settle(): void {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const due = this.network.filter(({ to }) => !this.actor(to).asleep);
      const awake = this.actors.filter(({ raft, asleep }) => raft !== undefined && !asleep);
      const writing = awake.filter(({ writes, stalled }) => !stalled && writes.length > 0);
      const fetching = awake.filter(({ fetches }) => fetches.length > 0);
      if (due.length + writing.length + fetching.length === 0) return;
      this.network = this.network.filter((message) => !due.includes(message));
      for (const message of due) this.deliver(message);
      for (const actor of writing) this.persist(actor, actor.writes.length);
      for (const actor of fetching) this.answerFetches(actor, true);
    }
    throw new Error("the members do not come to rest");
  }

  answerFetches(actor: Actor, found: boolean, count: number = actor.fetches.length): void {
    for (const { fetchId, ...range } of actor.fetches.splice(0, count)) {
      const entries = found ? actor.disk.read(range) : undefined;
      this.step(actor.id, { kind: "entries-fetched", fetchId, entries });
    }
  }

  describe(message: Message): string {
    return describeMessage(message, {
      sessions: this.showSessions,
      questionName: (asker, id) => {
        const key = `${asker}/${id}`;
        const name = this.#questions.get(key) ?? `q${this.#questions.size + 1}`;
        this.#questions.set(key, name);
        return name;
      },
    });
  }

  /** A broken invariant stops the member, as its driver would. */
  #guarded(actor: Actor, work: () => void): void {
    try {
      work();
    } catch (failure) {
      if (!(failure instanceof InvariantViolation)) throw failure;
      this.crash(actor);
      this.say(`${nameOf(actor.id)} stops: ${failure.message}`);
    }
  }

  #collect(actor: Actor): void {
    const effects = actor.raft?.takeEffects();
    if (effects === undefined) return;
    const name = nameOf(actor.id);
    for (const transition of effects.transitions) {
      this.say(`${name} ${describeTransition(transition)}`);
      this.judge.transition(actor.id, transition);
    }
    for (const message of effects.messages) this.#send(message);
    for (const outcome of effects.outcomes) {
      const label = [...this.#labels].find(([, token]) => token === outcome.token)?.[0];
      this.say(`${name} ${describeOutcome(outcome, label ?? `token ${outcome.token}`)}`);
    }
    if (effects.persist !== undefined) this.#write(actor, effects.persist);
    this.#judgeCommit(actor);
    actor.applyTo = effects.applyTo;
    this.#apply(actor);
    this.#askForOld(actor, effects);
    if (actor.disksAtOnce) this.persist(actor, actor.writes.length);
  }

  #send(message: Message): void {
    this.judge.sent(message);
    const lost = this.cut.has(`${message.from}>${message.to}`);
    if (!this.quiet) this.say(`${this.describe(message)}${lost ? " (lost)" : ""}`);
    if (!lost) this.network.push(message);
  }

  #write(actor: Actor, write: Write): void {
    actor.writes.push(write);
    const name = nameOf(actor.id);
    if (write.compact !== undefined) {
      this.say(`${name} compacts its log to ${describeId(write.compact.upTo)}`);
    }
    if (write.install !== undefined) {
      this.say(`${name} installs state ${describeId(write.install.last)}`);
    }
    if (actor.disksAtOnce || this.quiet) return;
    const { hardState } = write;
    const vote = hardState?.vote === undefined ? "" : ` vote ${nameOf(hardState.vote)}`;
    const head = hardState === undefined ? "" : `term ${hardState.term}${vote} `;
    const entries = write.entries.map(describeEntry).join(", ");
    this.say(`${name} writes #${write.seq}: ${head}[${entries}]`);
  }

  #take(actor: Actor, write: Write): void {
    actor.disk.take(write);
    if (write.install !== undefined) actor.applied = write.install.last.index;
  }

  #judgeCommit(actor: Actor): void {
    const { raft } = actor;
    if (raft === undefined) return;
    const { commit, role, membership, term } = raft.status();
    const rose = commit > actor.committed;
    actor.committed = commit;
    if (role !== "leader" || !rose) return;
    const diskOf = (id: MemberId) => this.#actors.get(id)?.disk;
    this.judge.committed(actor.id, { index: commit, term }, membership, diskOf);
  }

  /** A state that is being installed takes the place of what was applied: nothing is applied before it is there. */
  #apply(actor: Actor): void {
    if (actor.raft === undefined || actor.writes.some(({ install }) => install !== undefined))
      return;
    const entries: Entry[] = [];
    for (; actor.applied < actor.applyTo; actor.applied++) {
      const entry = actor.disk.entryAt(actor.applied + 1);
      assert(entry !== undefined, "what is applied is durable here");
      this.judge.applied(actor.id, entry);
      entries.push(entry);
    }
    if (entries.length === 0) return;
    this.say(`${nameOf(actor.id)} applies ${entries.map(describeEntry).join(", ")}`);
  }

  #askForOld(actor: Actor, effects: Effects): void {
    const name = nameOf(actor.id);
    for (const fetch of effects.fetches) {
      actor.fetches.push(fetch);
      if (!this.quiet) this.say(`${name} reads entries from ${fetch.from} off its disk`);
    }
    for (const { peer, epoch } of effects.snapshotsWanted) {
      actor.wanted.set(peer, epoch);
      this.say(`${name} wants a state opened for ${nameOf(peer)}`);
    }
    if (effects.snapshotFetch !== undefined) {
      actor.snapshotFetch = effects.snapshotFetch;
      const { from, meta } = effects.snapshotFetch;
      this.say(`${name} fetches state ${describeId(meta.last)} from ${nameOf(from)}`);
    }
    if (effects.snapshotDropped !== undefined) {
      this.say(`${name} drops the staged state ${describeId(effects.snapshotDropped.last)}`);
    }
  }
}
