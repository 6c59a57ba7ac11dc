import { assert, type MemberId, type Millis, messageOf } from "@holdfast/base";
import type {
  Effects,
  Fetch,
  Input,
  Membership,
  Message,
  RaftStatus,
  SnapshotMeta,
} from "@holdfast/raft";
import type { LogDisk } from "../disk/log-disk.ts";
import type { LogImage } from "../disk/log-image.ts";
import type { PlannedEvent } from "../event-queue.ts";
import { RegisterState } from "../model/register-state.ts";
import { Violation } from "../violation.ts";
import { Applier } from "./applier.ts";
import { ClientDesk } from "./client-desk.ts";
import type { Core } from "./core.ts";
import { LogWriter } from "./log-writer.ts";
import type { Boundary, Machine } from "./machine.ts";
import { type OpenedStore, openStore } from "./open-store.ts";
import { SnapshotDesk } from "./snapshot-desk.ts";
import type { Surroundings } from "./surroundings.ts";

/** Inputs of so short a time share one turn. */
const TURN_MS = 0.05;
const READ_BYTES_MAX = 65_536;
const FETCH_MS = 0.5;
/** Turns between two checks of what the core counts against what it is counted from (I10). */
const CHECKED_DEEPLY_EVERY = 16;

/**
 * One process: a core, driven as the replica drives it (all inputs of a turn, then
 * its effects once), the log it writes and the state it applies to. It ends with its
 * process; what follows on the same store is another life.
 */
export class Life {
  readonly id: MemberId;
  readonly machine: Machine;
  readonly desk: ClientDesk;
  readonly snapshots: SnapshotDesk;
  /** The log as handed to the disk, durable or not. */
  readonly log: LogImage;
  readonly disk: LogDisk;
  readonly applier: Applier;
  readonly #around: Surroundings;
  readonly #core: Core;
  readonly #writer: LogWriter;
  #status: RaftStatus;
  #turns = 0;
  #inbox: Input[] = [];
  #messagesWaiting = 0;
  /** What would have run while the process stood still. */
  #frozen: (() => void)[] = [];
  #scheduled = false;
  #ended = false;
  #timer: PlannedEvent | undefined;

  constructor(machine: Machine, around: Surroundings) {
    this.machine = machine;
    this.#around = around;
    this.id = machine.store.id;
    const opened = openStore(machine, around);
    assert(machine.store.log !== undefined, "only a born store lives");
    this.disk = machine.store.log;
    this.log = opened.log;
    this.#core = around.makeCore({
      id: this.id,
      options: around.plan.core,
      random: machine.dice.random,
      membershipCodec: around.codec,
      restored: opened.restored,
      now: machine.clock.at(around.timeline.now),
    });
    this.#status = this.#core.status();
    this.#writer = this.#makeWriter();
    this.applier = this.#makeApplier(opened);
    this.desk = this.#makeDesk();
    this.snapshots = new SnapshotDesk(this, around);
    around.witness.lifeBegan(this, opened.state);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** As of the last turn. */
  get status(): RaftStatus {
    return this.#status;
  }

  /** The newest configuration that is committed, as far as this process knows. */
  get committedMembership(): Membership {
    return this.log.membershipAt(this.#status.commit);
  }

  start(): void {
    this.enqueue({ kind: "tick" });
  }

  /** False if there is no room for it. */
  receive(message: Message): boolean {
    const { plan, trace, timeline } = this.#around;
    if (this.#messagesWaiting >= plan.network.inboxMax) return false;
    trace.note(timeline.now, "receives", this.machine.slot, message.from, message.term, message);
    this.#messagesWaiting++;
    this.enqueue({ kind: "message", message });
    return true;
  }

  enqueue(input: Input): void {
    if (this.#ended) return;
    this.#inbox.push(input);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.later(TURN_MS, () => this.#turn());
  }

  /** Runs in this life or never; a process that stands still does it when it goes on. */
  later(delay: Millis, run: () => void): void {
    const { timeline } = this.#around;
    timeline.after(delay, () => {
      if (this.#ended) return;
      if (this.machine.pausedUntil > timeline.now) this.#frozen.push(run);
      else run();
    });
  }

  /** The process stood still and goes on: first with what came to nothing meanwhile. */
  goOn(): void {
    const frozen = this.#frozen;
    this.#frozen = [];
    for (const run of frozen) this.later(0, run);
  }

  /** The clock leapt: the timer is set anew. */
  clockLeapt(): void {
    this.#setTimer();
  }

  end(): void {
    this.#ended = true;
    this.#writer.stop();
    if (this.#timer !== undefined) this.#timer.cancelled = true;
  }

  /** Whether the process was to be struck down at this moment, and now is. */
  struckDown(at: Boundary): boolean {
    const { doom } = this.machine;
    if (doom?.at !== at || this.#ended) return this.#ended;
    this.machine.doom = undefined;
    this.#around.marks.hit(`crash: ${at}`);
    this.#around.strike(this.machine, { power: doom.power, reason: at });
    return true;
  }

  #turn(): void {
    this.#scheduled = false;
    const { witness, trace, timeline } = this.#around;
    const now = this.machine.clock.at(timeline.now);
    const inputs = this.#inbox;
    this.#inbox = [];
    this.#messagesWaiting = 0;
    const before = this.#status;
    witness.turnBegins(this, inputs);
    const effects = this.#callCore(now, inputs);
    this.#status = this.#core.status();
    const { commit, term } = this.#status;
    trace.note(timeline.now, "turns", this.machine.slot, term, commit);
    if (effects?.persist !== undefined) {
      witness.writes(this, before, effects.persist);
      this.log.take(effects.persist);
    }
    // Before it is judged: whoever looks on sees the step that broke the promise.
    this.#around.observer?.turned?.(timeline.now, this);
    witness.turned(this, before, effects);
    if (effects !== undefined && !this.struckDown("effects taken")) this.#settle(effects);
    if (!this.#ended) this.#setTimer();
  }

  #callCore(now: Millis, inputs: readonly Input[]): Effects | undefined {
    try {
      for (const input of inputs) this.#core.step(now, input);
      if (now >= this.#core.nextDeadline()) this.#core.step(now, { kind: "tick" });
      const effects = this.#core.takeEffects();
      this.#turns++;
      if (this.#turns % CHECKED_DEEPLY_EVERY === 0) this.#core.checkDeeply();
      return effects;
    } catch (failure) {
      if (failure instanceof Violation) throw failure;
      const { slot } = this.machine;
      throw new Violation("core", `node ${slot}: ${messageOf(failure)}`, { cause: failure });
    }
  }

  #settle(effects: Effects): void {
    const { witness, trace, timeline } = this.#around;
    for (const message of effects.messages) {
      this.#around.observer?.leaves?.(timeline.now, this, message);
      witness.sends(this, message);
      this.#around.send(this.machine, message);
    }
    if (this.struckDown("messages sent")) return;
    if (effects.persist !== undefined) {
      if (effects.persist.install !== undefined) this.applier.hold();
      this.#writer.write(effects.persist);
      if (this.struckDown("write issued")) return;
    }
    for (const transition of effects.transitions) {
      trace.note(timeline.now, "becomes", this.machine.slot, this.#status.term, 0, transition);
      if (transition.kind === "membership") {
        this.#around.observer?.membership?.(timeline.now, this.machine.slot, transition.membership);
      }
    }
    for (const outcome of effects.outcomes) {
      witness.settles(this, outcome);
      this.desk.settled(outcome);
    }
    for (const fetch of effects.fetches) this.#fetch(fetch);
    for (const wanted of effects.snapshotsWanted) this.snapshots.wanted(wanted);
    if (effects.snapshotDropped !== undefined) this.snapshots.dropped(effects.snapshotDropped);
    if (effects.snapshotFetch !== undefined) this.snapshots.fetch(effects.snapshotFetch);
    this.applier.applyTo(effects.applyTo);
  }

  /** A timer that fires too early is cheaper than one set anew with every message. */
  #setTimer(): void {
    const { timeline } = this.#around;
    const at = this.machine.clock.worldTimeOf(this.#core.nextDeadline());
    if (this.#timer !== undefined && !this.#timer.cancelled) {
      if (this.#timer.at <= at) return;
      this.#timer.cancelled = true;
    }
    const timer = timeline.at(at, () => {
      timer.cancelled = true;
      this.enqueue({ kind: "tick" });
    });
    this.#timer = timer;
  }

  #fetch({ fetchId, from, to, bytesMax }: Fetch): void {
    this.later(FETCH_MS * this.machine.dice.logarithmic(0.5, 100), () => {
      const entries = this.disk.durable.read(from, to, bytesMax);
      this.#around.marks.hit(entries === undefined ? "fetch: compacted" : "fetch: answered");
      this.enqueue({ kind: "entries-fetched", fetchId, entries });
    });
  }

  #makeWriter(): LogWriter {
    const { timeline, defects } = this.#around;
    return new LogWriter({
      disk: this.disk,
      weather: this.machine.weather,
      timeline,
      defects,
      durable: () => {
        const { slot } = this.machine;
        this.#around.trace.note(timeline.now, "has written", slot, this.disk.durable.lastIndex);
        return !this.struckDown("write durable");
      },
      installed: (meta) => this.#installed(meta),
      persisted: (seq) => this.enqueue({ kind: "persisted", seq }),
      fail: (reason) => this.#around.strike(this.machine, { power: false, reason }),
    });
  }

  #makeApplier({ state, engine }: OpenedStore): Applier {
    const { timeline, defects, plan, witness } = this.#around;
    return new Applier({
      state,
      engine,
      defects,
      slice: plan.applySlice,
      flushMs: plan.flushMs,
      later: (delay, run) => this.later(delay, run),
      writeTakes: () => this.machine.weather.doneAt(timeline.now) - timeline.now,
      read: (from, to) =>
        this.#core.entriesInMemory(from, to, READ_BYTES_MAX) ??
        this.disk.durable.read(from, to, READ_BYTES_MAX),
      applied: (entry, answer, after) => {
        witness.applied(this, entry, after);
        this.desk.applied(entry, answer);
      },
      durable: (index) => this.enqueue({ kind: "state-durable", index }),
      struckDown: (at) => this.struckDown(at),
    });
  }

  #makeDesk(): ClientDesk {
    const { witness } = this.#around;
    return new ClientDesk({
      enqueue: (input) => this.enqueue(input),
      leader: () => this.#status.leader,
      state: () => this.applier.state,
      notDone: (operation, reason) => witness.notDone(operation, reason),
      asked: (token, kind) => witness.asked(this, token, kind),
    });
  }

  /** The log names another state from now on (decision 9). */
  #installed(meta: SnapshotMeta): void {
    if (this.struckDown("snapshot installed")) return;
    const { machine, disk } = this;
    const engine = machine.store.state(disk.durable.stateDirectory);
    assert(engine !== undefined, "what is installed was staged");
    const state = new RegisterState(this.#around.operations, engine.recover());
    this.#around.witness.installed(this, meta, state);
    machine.store.keepOnly(disk.durable.stateDirectory);
    this.applier.replace(state, engine);
    this.desk.leapt(meta.last.index);
    this.#around.marks.hit("snapshot installed");
    this.#around.observer?.snapshot?.(this.#around.timeline.now, machine.slot, "installed");
  }
}
