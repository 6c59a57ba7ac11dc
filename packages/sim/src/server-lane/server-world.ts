import { type Millis, messageOf } from "@holdfast/base";
import { type ReplicaStatus, resolveReplicaOptions } from "@holdfast/replica";
import { STATE_LIMITS } from "@holdfast/storage";
import { CrashedError, DiskError } from "@holdfast/storage/faults";
import type { MemoryPeerHub } from "@holdfast/transport/memory";
import { RandomStreams } from "../dice.ts";
import { Marks } from "../marks.ts";
import { Network } from "../network/network.ts";
import { Timeline } from "../timeline.ts";
import { Trace } from "../trace.ts";
import { Violation } from "../violation.ts";
import { CallTeller } from "./clients/call-teller.ts";
import { Population } from "./clients/population.ts";
import { AppliedAgreement } from "./invariants/applied-agreement.ts";
import { MachineDisk } from "./machine/machine-disk.ts";
import {
  clientAddressOf,
  clockOf,
  drawDownTime,
  peerAddressOf,
  type ServerMachine,
  storeIdOf,
} from "./machine/server-machine.ts";
import { ServerProcess } from "./machine/server-process.ts";
import type { ServerPlan } from "./plan/server-plan.ts";
import type { ServerSituation } from "./server-marks.ts";
import { ServerNemesis } from "./server-nemesis.ts";
import type { ServerObserver } from "./server-observer.ts";
import type { Settle } from "./settling.ts";
import { isSettled } from "./standing.ts";
import { traceLogger } from "./trace-logger.ts";
import { frameTeller } from "./wire/frame-teller.ts";
import { peerHub } from "./wire/peer-hub.ts";
import { SessionWire } from "./wire/session-wire.ts";
import { UnaryWire } from "./wire/unary-wire.ts";
import { WatchWire } from "./wire/watch-wire.ts";

export interface ServerWorldParts {
  readonly seed: number;
  readonly plan: ServerPlan;
  readonly settle: Settle;
  /** Told every line of the trace. */
  readonly listener?: ((line: string) => void) | undefined;
  readonly observer?: ServerObserver | undefined;
  /** After so many events it is given up. */
  readonly eventsMax: number;
}

/** What a replica's log says when it goes on from a state of a peer. */
const STATE_INSTALLED = "state installed";
/** Between two looks at the nodes, ms. */
const LOOK_MS = 250;

/** Whole nodes of production code, the network between them, clients of the SDK, and those who watch. */
export class ServerWorld {
  readonly plan: ServerPlan;
  readonly timeline: Timeline = new Timeline();
  readonly trace: Trace;
  readonly marks: Marks<ServerSituation> = new Marks();
  readonly machines: readonly ServerMachine[];
  readonly network: Network;
  readonly hub: MemoryPeerHub;
  readonly wire: SessionWire;
  readonly unary: UnaryWire;
  readonly watchWire: WatchWire;
  readonly population: Population;
  readonly nemesis: ServerNemesis;
  readonly observer: ServerObserver | undefined;
  readonly agreement: AppliedAgreement = new AppliedAgreement();
  readonly #settle: Settle;
  readonly #streams: RandomStreams;
  readonly #eventsMax: number;
  readonly #seen = new Map<ServerProcess, number>();
  #failure: unknown;
  #awaitsRest = false;
  #isSettled = false;

  constructor({ seed, plan, settle, listener, observer, eventsMax }: ServerWorldParts) {
    this.#eventsMax = eventsMax;
    this.plan = plan;
    this.observer = observer;
    this.#settle = settle;
    this.#streams = new RandomStreams(seed);
    this.trace = new Trace(listener);
    const { timeline } = this;
    const count = plan.nodes + plan.spares;
    this.machines = Array.from({ length: count }, (_, slot) => this.#machine(slot));
    const clientSlot = count;
    this.network = new Network({
      machines: count + 1,
      plan: plan.network,
      timeline,
      dice: this.#streams.stream("network"),
      cuts: observer?.cut && ((from, to, until) => observer.cut?.(timeline.now, from, to, until)),
      linkChanges: (_from, _to, at) => void timeline.at(at, () => this.hub.refresh()),
    });
    const slotOf = (address: string): number =>
      this.machines.findIndex(({ peerAddress }) => peerAddress === address);
    const told = observer?.sends && frameTeller(this, observer);
    this.hub = peerHub(timeline, this.network, slotOf, told);
    const { machines, network } = this;
    const streams = { timeline, machines, network, clientSlot };
    this.wire = new SessionWire({ ...streams, dice: this.#streams.stream("streams") });
    this.unary = new UnaryWire({ timeline, network: this.network, clientSlot });
    this.watchWire = new WatchWire({ ...streams, dice: this.#streams.stream("watch streams") });
    this.population = new Population({
      plan,
      timeline,
      marks: this.marks,
      machines: this.machines,
      wires: { session: this.wire, unary: this.unary, watch: this.watchWire },
      stream: (name) => this.#streams.stream(name),
      note: (kind, client, subject) => {
        this.trace.note(timeline.now, kind, client, 0, 0, subject);
      },
      calls: new CallTeller(timeline, observer),
      failed: (failure) => this.fail(failure),
    });
    this.nemesis = new ServerNemesis({
      world: this,
      stream: (name) => this.#streams.stream(name),
      clientSlot,
    });
  }

  phase(name: string): void {
    this.observer?.phase?.(this.timeline.now, name);
  }

  /** Lets things happen; rejects with the first thing that went wrong. */
  async run(forMs: Millis, isOver: () => boolean = () => false): Promise<void> {
    const end = this.timeline.now + forMs;
    const isTooLong = (): boolean => this.timeline.events > this.#eventsMax;
    const stops = (): boolean => this.#failure !== undefined || isTooLong() || isOver();
    await this.timeline.runSettling(end, this.#settle, stops);
    if (isTooLong()) this.fail(new Violation("too long", `more than ${this.#eventsMax} events`));
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The run is over: this is why. */
  fail(failure: unknown): void {
    this.#failure ??= failure;
  }

  startAll(): void {
    for (const machine of this.machines) this.start(machine);
  }

  start(machine: ServerMachine): void {
    if (machine.process !== undefined) return;
    machine.lives++;
    machine.doom = undefined;
    machine.diskFailed = false;
    this.trace.note(this.timeline.now, "starts", machine.slot, machine.lives);
    this.observer?.lifeBegan?.(this.timeline.now, machine.slot);
    const { raft, batchOperationsMax, readBytesMax, sessionIdleMs, segmentBytes } = this.plan;
    const state = { ...STATE_LIMITS, flushDelayMs: this.plan.flushDelayMs };
    const limits = { raft, batchOperationsMax, readBytesMax, sessionIdleMs, state };
    const process: ServerProcess = new ServerProcess({
      machine,
      timeline: this.timeline,
      hub: this.hub,
      nodes: this.#configuredFor(machine),
      options: resolveReplicaOptions(limits),
      segmentBytes,
      watchLimits: this.plan.watchLimits,
      farewellMs: this.plan.farewellMs,
      logger: traceLogger((line, fields) => {
        this.trace.note(this.timeline.now, line, machine.slot, 0, 0, fields);
        if (line === STATE_INSTALLED) this.#tellState(machine, "installed");
      }),
      changed: (status) => {
        if (machine.process === process) this.#changed(machine, status);
      },
      stateReceived: () => {
        this.marks.hit("state received");
        this.#tellState(machine, "received");
      },
      failed: (failure) => this.#stopped(machine, failure),
    });
    machine.process = process;
    process.start();
  }

  /** The process of a machine ends without a word, and is started again after a while. */
  strike(
    machine: ServerMachine,
    { power, reason }: { readonly power: boolean; readonly reason: string },
  ): void {
    if (!this.#end(machine, { power, reason })) return;
    this.#startLater(machine);
  }

  /** As by {@link strike}, but it comes back only when it is started. */
  takeAway(machine: ServerMachine, power: boolean): void {
    this.#end(machine, { power, reason: "it is taken away" });
  }

  /** The process is told to end, does what it owes, and is started again after a while. */
  restart(machine: ServerMachine): void {
    const { process } = machine;
    if (process === undefined || process.isStopping) return;
    this.trace.note(this.timeline.now, "is told to stop", machine.slot);
    const ended = (why: string): void => {
      if (machine.process === process) this.strike(machine, { power: false, reason: why });
    };
    process.time.run(() => {
      process.stop().then(
        () => {
          this.marks.hit("process restarted");
          ended("it has stopped as it was told");
        },
        (failure: unknown) => ended(messageOf(failure)),
      );
    });
  }

  /** The disk is lost with all that was on it: what comes up is a new node. */
  wipe(machine: ServerMachine): void {
    this.#end(machine, { power: true, reason: "its disk is lost" });
    machine.disk = this.#diskOf(machine.slot);
    machine.storeId = storeIdOf(machine.dice);
    this.#startLater(machine);
  }

  /** Answers whether there was a process to stand still. */
  pause({ process, slot }: ServerMachine, forMs: Millis): boolean {
    if (process === undefined) return false;
    this.trace.note(this.timeline.now, "stands still", slot, Math.round(forMs));
    this.observer?.pauses?.(this.timeline.now, slot, forMs);
    process.time.standStill(forMs);
    return true;
  }

  #changed({ name, slot }: ServerMachine, status: ReplicaStatus): void {
    this.observer?.seen?.(this.timeline.now, slot, status);
    this.#judge(slot, () => this.agreement.changed(name, status));
  }

  /** Every node is looked at: what they have applied. Whoever looks goes on; the run does not. */
  look(): void {
    for (const { name, process, slot } of this.machines) {
      const replica = process?.replica;
      if (process === undefined || replica === undefined) continue;
      this.observer?.seen?.(this.timeline.now, slot, replica.status());
      this.#judge(slot, () => {
        const from = this.#seen.get(process) ?? 0;
        this.#seen.set(process, this.agreement.look(name, replica, from));
      });
      const behind = process.watches?.hub.watchersBehind ?? 0;
      if (behind > 0) this.marks.hit("watch told from the rows");
    }
  }

  #judge(slot: number, judge: () => void): void {
    try {
      judge();
    } catch (failure) {
      this.observer?.broke?.(slot);
      this.fail(failure);
    }
  }

  /** Looks again and again, more often than nodes forget. */
  watch(): void {
    this.timeline.after(LOOK_MS, () => {
      this.look();
      this.#isSettled = this.#awaitsRest && isSettled(this.machines);
      this.watch();
    });
  }

  /** Lets things happen until every node has what every other has, or `withinMs` are over; tells which. */
  async rests(withinMs: Millis): Promise<boolean> {
    this.#awaitsRest = true;
    this.#isSettled = false;
    await this.run(withinMs, () => this.#isSettled);
    this.#awaitsRest = false;
    return this.#isSettled;
  }

  /** A spare's file names itself beside those that begin; theirs do not name it. */
  #configuredFor(machine: ServerMachine): readonly ServerMachine[] {
    const { nodes } = this.plan;
    return this.machines.filter(({ slot }) => slot < nodes || slot === machine.slot);
  }

  #end(
    machine: ServerMachine,
    { power, reason }: { readonly power: boolean; readonly reason: string },
  ): boolean {
    const { process } = machine;
    if (process === undefined) return false;
    this.trace.note(
      this.timeline.now,
      power ? "loses power" : "is killed",
      machine.slot,
      0,
      0,
      reason,
    );
    if (!process.isStopping) this.marks.hit(power ? "power cut" : "process killed");
    // What it has told others stays true of it.
    this.look();
    this.observer?.lifeEnded?.(this.timeline.now, machine.slot, power, reason);
    machine.process = undefined;
    machine.doom = undefined;
    this.#seen.delete(process);
    machine.disk.crash(power ? "power cut" : "kill");
    this.network.disconnect(machine.slot);
    process.end();
    this.wire.processEnded(machine, { power });
    this.watchWire.processEnded(machine, { power });
    this.unary.processEnded(process, { power });
    return true;
  }

  #startLater(machine: ServerMachine): void {
    if (machine.restarting) return;
    machine.restarting = true;
    const { electionTimeoutMs } = this.plan.raft;
    this.timeline.after(drawDownTime(this.#streams.stream("starts"), electionTimeoutMs), () => {
      machine.restarting = false;
      this.start(machine);
    });
  }

  /** A node may stop over a disk that failed, and over nothing else. */
  #stopped(machine: ServerMachine, failure: unknown): void {
    if (machine.diskFailed && isOfDisk(failure)) {
      this.marks.hit("write failed, node stopped");
      this.strike(machine, { power: false, reason: messageOf(failure) });
      return;
    }
    this.observer?.broke?.(machine.slot);
    const what = `node ${machine.slot} stopped: ${messageOf(failure)}`;
    this.fail(
      failure instanceof Violation ? failure : new Violation("stop", what, { cause: failure }),
    );
  }

  #tellState({ slot }: ServerMachine, what: "received" | "installed"): void {
    this.observer?.snapshot?.(this.timeline.now, slot, what);
  }

  #machine(slot: number): ServerMachine {
    const dice = this.#streams.stream(`node/${slot}`);
    return {
      slot,
      name: `n${slot + 1}`,
      peerAddress: peerAddressOf(slot),
      clientAddress: clientAddressOf(slot),
      dice,
      clock: clockOf(dice, this.plan.clockDrift),
      disk: this.#diskOf(slot),
      storeId: storeIdOf(dice),
      wiped: false,
      process: undefined,
      lives: 0,
      restarting: false,
      doom: undefined,
      diskFailed: false,
    };
  }

  #diskOf(slot: number): MachineDisk {
    return new MachineDisk({
      timeline: this.timeline,
      dice: this.#streams.stream(`disk/${slot}`),
      writeMs: this.plan.writeMs,
      rowsMs: this.plan.rowsMs,
      process: () => this.machines[slot]?.process?.time,
      passes: () => this.#passes(this.machines[slot]),
    });
  }

  /** A moment of the disk at which the process may be struck down. */
  #passes(machine: ServerMachine | undefined): void {
    const doom = machine?.doom;
    if (machine === undefined || doom === undefined) return;
    doom.moments--;
    if (doom.moments > 0) return;
    this.marks.hit("struck amid a write");
    this.strike(machine, { power: doom.power, reason: "amid a write" });
  }
}

function isOfDisk(failure: unknown): boolean {
  for (let cause = failure; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DiskError || cause instanceof CrashedError) return true;
  }
  return false;
}
