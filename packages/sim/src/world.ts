import { type MemberId, type Millis, messageOf } from "@holdfast/base";
import {
  ENTRY_OVERHEAD_BYTES,
  type Membership,
  type Message,
  type RaftParts,
} from "@holdfast/raft";
import { type Act, isMessageFault, isOperatorAct } from "./decisions/decision.ts";
import { MessageFates } from "./decisions/message-fates.ts";
import { restartOf, type Script } from "./decisions/script.ts";
import { ScriptPlayer } from "./decisions/script-player.ts";
import type { DriverDefect } from "./defects.ts";
import { type Dice, RandomStreams } from "./dice.ts";
import { breakAsDecided, type FaultSite } from "./faults/carry-out.ts";
import { Nemesis } from "./faults/nemesis.ts";
import { Operator } from "./faults/operator.ts";
import { Usurper } from "./faults/usurper.ts";
import { Witness } from "./invariants/witness.ts";
import { Marks } from "./marks.ts";
import type { Operation } from "./model/command.ts";
import { asciiMembershipCodec } from "./model/membership-codec.ts";
import { Connections } from "./network/connections.ts";
import { Network } from "./network/network.ts";
import { type Core, type MakeCore, makeProductionCore } from "./node/core.ts";
import { Life } from "./node/life.ts";
import { type Machine, newMachine } from "./node/machine.ts";
import { machineOf, memberIdOf, profileOf, Store } from "./node/store.ts";
import type { Surroundings } from "./node/surroundings.ts";
import type { Observer } from "./observer.ts";
import { RecordedHistory } from "./oracle/recorded-history.ts";
import { Replay } from "./oracle/replay.ts";
import type { WorldPlan } from "./plan/world-plan.ts";
import { Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";
import { Violation } from "./violation.ts";
import { Workload } from "./workload/workload.ts";

export interface WorldParts {
  readonly seed: number;
  readonly plan: WorldPlan;
  readonly defects: ReadonlySet<DriverDefect>;
  readonly makeCore?: MakeCore | undefined;
  /** Told every line of the trace. */
  readonly listener?: ((line: string) => void) | undefined;
  readonly observer?: Observer | undefined;
  /** What happens, instead of what chance would decide. */
  readonly script?: Script | undefined;
}

const RESTART_MS_MIN = 0.2;
const RESTART_TIMEOUTS_MAX = 6;
const BIRTH_LOOK_MS = 50;

/** Machines, the network between them, their clients, and those who watch: a whole cluster in virtual time. */
export class World implements Surroundings {
  readonly plan: WorldPlan;
  readonly defects: ReadonlySet<DriverDefect>;
  readonly timeline: Timeline = new Timeline();
  readonly trace: Trace;
  readonly marks: Marks = new Marks();
  readonly codec: Surroundings["codec"] = asciiMembershipCodec;
  readonly machines: readonly Machine[];
  readonly network: Network;
  readonly connections: Connections;
  readonly witness: Witness;
  readonly replay: Replay;
  readonly history: RecordedHistory = new RecordedHistory();
  readonly workload: Workload;
  readonly nemesis: Nemesis;
  readonly operator: Operator;
  readonly usurper: Usurper;
  readonly observer: Observer | undefined;
  /** Plays the script, if there is one. */
  readonly player: ScriptPlayer | undefined;
  readonly #script: Script | undefined;
  readonly #site: FaultSite;
  readonly #streams: RandomStreams;
  readonly #faults: Dice;
  readonly #makeCore: MakeCore;
  readonly #wiped = new Map<MemberId, Store>();
  readonly #operations: Operation[] = [{ kind: "read", key: 0 }];

  constructor({ seed, plan, defects, makeCore, listener, observer, script }: WorldParts) {
    this.plan = plan;
    this.observer = observer;
    this.#script = script;
    this.defects = defects;
    this.#makeCore = makeCore ?? makeProductionCore;
    this.#streams = new RandomStreams(seed);
    this.#faults = this.#streams.stream("faults");
    this.trace = new Trace(listener);
    const { timeline, marks, trace, codec } = this;
    const count = plan.voters + plan.learners + plan.spares;
    this.machines = Array.from({ length: count }, (_, slot) =>
      newMachine(slot, plan, this.#streams),
    );
    this.connections = new Connections({
      machines: count,
      mode: plan.network.mode,
      timeline,
      dice: this.#streams.stream("connections"),
      isUp: (slot) => this.machines[slot]?.life !== undefined,
      isCut: (from, to) => this.network.isCut(from, to),
      tell: (slot, kind, about) => this.#tell(slot, kind, about),
      rumour: (machine, news, about) => {
        if (script === undefined) this.decide({ kind: "rumour", machine, news, about });
      },
    });
    this.network = new Network({
      machines: count,
      plan: plan.network,
      timeline,
      dice: this.#streams.stream("network"),
      linkChanges: (from, to, at) => this.connections.linkChanges(from, to, at),
      cuts: observer?.cut && ((from, to, until) => observer.cut?.(timeline.now, from, to, until)),
      decided: observer?.decided && ((act) => observer.decided?.({ at: timeline.now, act })),
      fates: script && new MessageFates(script.decisions),
    });
    this.replay = new Replay(this.#operations);
    this.witness = new Witness({
      codec,
      options: plan.core,
      marks,
      entryBytesMax: plan.workload.payloadBytesMax + ENTRY_OVERHEAD_BYTES,
      diskOf: (member) => this.#storeOf(member)?.log,
      firstApplied: (entry) => this.replay.take(entry),
    });
    this.workload = this.#makeWorkload();
    this.#site = this.#makeSite();
    this.nemesis = this.#makeNemesis();
    this.operator = new Operator({
      timeline,
      trace,
      marks,
      machines: this.machines,
      dice: this.#streams.stream("operator"),
      witness: this.witness,
      wipe: (machine) => this.#wipe(machine),
      decide: (act) => this.decide(act),
    });
    this.usurper = new Usurper({
      timeline,
      machines: this.machines,
      dice: this.#streams.stream("usurper"),
      heartbeatMs: plan.core.heartbeatMs,
      electionTimeoutMs: plan.core.electionTimeoutMs,
      isStorming: () => this.nemesis.isActive,
      decide: (act) => this.decide(act),
    });
    this.player =
      script && new ScriptPlayer({ timeline, script, carryOut: (act) => this.decide(act) });
  }

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** Chooses who is healed first. */
  get coreDice(): Dice {
    return this.#streams.stream("core");
  }

  /** Processes that run. */
  get lives(): readonly Life[] {
    return this.machines.flatMap(({ life }) => (life === undefined ? [] : [life]));
  }

  /** The first configuration is on the disks of its members, and all processes start. */
  begin(): void {
    const { voters, learners } = this.plan;
    const ids = this.machines.slice(0, voters + learners).map(({ store }) => store.id);
    const membership: Membership = {
      voters: ids.slice(0, voters),
      outgoing: [],
      learners: ids.slice(voters),
      learnersNext: [],
      autoLeave: false,
      promotions: [],
      profiles: ids.map(profileOf),
    };
    this.witness.formed(membership);
    for (const { store } of this.machines.slice(0, ids.length)) store.beBorn(membership);
    for (const machine of this.machines) this.start(machine);
  }

  /** Something happens that chance, or a script in its place, has decided. */
  decide(act: Act): void {
    // It tells of itself, with what it is given later.
    if (act.kind === "operation") return this.workload.perform(act);
    this.observer?.decided?.({ at: this.timeline.now, act });
    if (isOperatorAct(act)) this.operator.carryOut(act);
    else if (!isMessageFault(act)) breakAsDecided(this.#site, act);
  }

  makeCore = (parts: RaftParts): Core => this.#makeCore(parts);

  send(from: Machine, message: Message): void {
    const target = this.machines[machineOf(message.to)];
    if (target === undefined) return;
    this.nemesis.sees(message, target);
    const { lives } = target;
    const { timeline } = this;
    const flight = this.observer?.sends?.(timeline.now, from.slot, target.slot, message);
    this.network.carry(from.slot, target.slot, message, {
      arrive: () => {
        // A wiped store is another member; what was meant for the former is refused at the door.
        if (target.store.id !== message.to || target.life === undefined) {
          return flight?.fails(timeline.now, "nobody");
        }
        if (target.lives > lives) this.marks.hit("message delivered to a later life");
        if (target.life.receive(message)) flight?.arrives(timeline.now);
        else flight?.fails(timeline.now, "inbox");
      },
      fails: flight && ((why) => flight.fails(timeline.now, why)),
    });
  }

  visit(from: Machine, to: MemberId, run: (host: Life) => void): void {
    const target = this.machines[machineOf(to)];
    if (target === undefined) return;
    this.network.carry(from.slot, target.slot, undefined, {
      arrive: () => {
        const { life } = target;
        if (target.store.id === to && life !== undefined) life.later(0, () => run(life));
      },
    });
  }

  strike(machine: Machine, { power, reason }: { power: boolean; reason: string }): void {
    const { life, slot, store, dice } = machine;
    if (life === undefined) return;
    this.trace.note(this.timeline.now, power ? "loses power" : "is killed", slot, 0, 0, reason);
    this.marks.hit(power ? "power cut" : "process killed");
    this.observer?.lifeEnded?.(this.timeline.now, life, power, reason);
    machine.life = undefined;
    life.end();
    this.witness.lifeEnded(life);
    store.log?.processEnded(this.timeline.now, dice);
    if (power) {
      store.log?.powerEnded(dice);
      for (const state of store.states) state.powerEnded(dice);
    }
    machine.appliedBefore = life.applier.applied;
    this.network.disconnect(slot);
    this.connections.processEnded(slot, power);
    const usual = this.#restartMs(machine);
    this.#planStart(machine, machine.returnsAtOnce ? RESTART_MS_MIN : usual);
    machine.returnsAtOnce = false;
  }

  #restartMs({ slot, lives }: Machine): Millis {
    const most = RESTART_TIMEOUTS_MAX * this.plan.core.electionTimeoutMs;
    const draw = (dice: Dice): Millis => dice.logarithmic(RESTART_MS_MIN, most);
    const ms =
      this.#script === undefined
        ? draw(this.#faults)
        : (restartOf(this.#script, slot, lives) ??
          draw(this.#streams.stream(`restart/${slot}/${lives}`)));
    this.observer?.restarts?.({ machine: slot, life: lives, ms });
    return ms;
  }

  /** Starts the process of a machine, unless it runs or the store is not born yet. */
  start(machine: Machine): void {
    if (machine.life !== undefined) return;
    if (machine.store.log === undefined) {
      this.#waitForBirth(machine);
      return;
    }
    const torn = machine.store.log.tornCount;
    machine.lives++;
    machine.doom = undefined;
    machine.life = this.#open(machine);
    if (machine.store.log.tornCount > torn) this.marks.hit("torn write cut");
    const { applied } = machine.life.applier;
    if (applied < machine.appliedBefore) this.marks.hit("state rolled back by a crash");
    this.trace.note(this.timeline.now, "starts", machine.slot, machine.lives, applied);
    this.connections.processBegan(machine.slot);
    this.observer?.lifeBegan?.(this.timeline.now, machine.life);
    machine.life.start();
  }

  pause(machine: Machine, until: Millis): void {
    this.trace.note(this.timeline.now, "stands still", machine.slot);
    machine.pausedUntil = Math.max(machine.pausedUntil, until);
    this.timeline.at(until, () => this.resume(machine, this.timeline.now));
  }

  /** The process goes on, if it stands still until `until` at the latest. */
  resume(machine: Machine, until: Millis = Number.POSITIVE_INFINITY): void {
    if (machine.pausedUntil > until) return;
    if (machine.pausedUntil > 0) this.observer?.pauseEnded?.(this.timeline.now, machine.slot);
    machine.pausedUntil = 0;
    machine.life?.goOn();
  }

  #open(machine: Machine): Life {
    try {
      return new Life(machine, this);
    } catch (failure) {
      if (failure instanceof Violation) throw failure;
      const { slot } = machine;
      throw new Violation("start", `node ${slot}: ${messageOf(failure)}`, { cause: failure });
    }
  }

  #planStart(machine: Machine, delay: Millis): void {
    if (machine.restarting) return;
    machine.restarting = true;
    this.timeline.after(delay, () => {
      machine.restarting = false;
      this.start(machine);
    });
  }

  /** An unborn store becomes a member as soon as it hears of a committed configuration that names it (decision 16). */
  #waitForBirth(machine: Machine): void {
    const { store, slot } = machine;
    this.timeline.after(BIRTH_LOOK_MS, () => {
      if (machine.life !== undefined || machine.store !== store || store.log !== undefined) return;
      const admitting = this.lives.find(
        (life) =>
          !this.network.isCut(slot, life.machine.slot) &&
          !this.network.isCut(life.machine.slot, slot) &&
          life.committedMembership.profiles.some(({ id }) => id === store.id),
      );
      if (admitting !== undefined) store.beBorn(admitting.committedMembership);
      this.start(machine);
    });
  }

  /** The disk is lost; what comes up is another store, and so another member. */
  #wipe(machine: Machine): void {
    this.strike(machine, { power: true, reason: "its disk is wiped" });
    this.#wiped.set(machine.store.id, machine.store);
    machine.generation++;
    machine.store = new Store(memberIdOf(machine.slot, machine.generation), this.codec);
  }

  #tell(slot: number, kind: "peer-connected" | "peer-disconnected" | "peer-gone", about: number) {
    const peer = this.machines[about]?.store.id;
    if (peer !== undefined) this.machines[slot]?.life?.enqueue({ kind, peer });
  }

  /**
   * Also one that was wiped, as it was in the end: an acknowledgement that was on its way
   * then was true when it was given, and the member never votes again.
   */
  #storeOf(member: MemberId): Store | undefined {
    const store = this.machines[machineOf(member)]?.store;
    return store?.id === member ? store : this.#wiped.get(member);
  }

  #makeSite(): FaultSite {
    const { timeline, trace, marks, machines, network, connections } = this;
    return {
      timeline,
      trace,
      marks,
      machines,
      network,
      connections,
      strike: (machine, options) => this.strike(machine, options),
      pause: (machine, until) => this.pause(machine, until),
      peek: (machine) => this.workload.peek(machine),
      burst: (machine, lengths) => this.workload.burst(machine, lengths),
    };
  }

  #makeNemesis(): Nemesis {
    const { timeline, machines, plan } = this;
    return new Nemesis({
      timeline,
      machines,
      dice: this.#faults,
      plan: plan.faults,
      electionTimeoutMs: plan.core.electionTimeoutMs,
      decide: (fault) => this.decide(fault),
      drawLengths: (commands) => this.workload.drawLengths(commands),
    });
  }

  #makeWorkload(): Workload {
    const { timeline, trace, marks, replay, history, machines, plan } = this;
    return new Workload({
      timeline,
      trace,
      dice: this.#streams.stream("workload"),
      plan: plan.workload,
      marks,
      replay,
      history,
      machines,
      register: (operation) => this.#operations.push(operation) - 1,
      acknowledged: (operation, index) => this.witness.acknowledged(operation, index),
      observer: this.observer,
      scripted: this.#script?.standing,
    });
  }
}
