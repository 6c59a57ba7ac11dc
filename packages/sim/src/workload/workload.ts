import type { LogIndex, Millis } from "@holdfast/base";
import { CountedRandom } from "../decisions/counted-random.ts";
import type { ClientOperation } from "../decisions/decision.ts";
import type { WorkloadStanding } from "../decisions/script.ts";
import { Dice } from "../dice.ts";
import type { PlannedEvent } from "../event-queue.ts";
import type { Marks } from "../marks.ts";
import type { Operation } from "../model/command.ts";
import type { Reply } from "../node/client-desk.ts";
import type { Machine } from "../node/machine.ts";
import { machineOf } from "../node/store.ts";
import type { Observer, OperationNews } from "../observer.ts";
import type { Recorded, RecordedHistory } from "../oracle/recorded-history.ts";
import type { Replay } from "../oracle/replay.ts";
import type { WorkloadPlan } from "../plan/world-plan.ts";
import type { Timeline } from "../timeline.ts";
import type { Trace } from "../trace.ts";

export interface WorkloadParts {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly dice: Dice;
  readonly plan: WorkloadPlan;
  readonly marks: Marks;
  readonly replay: Replay;
  readonly history: RecordedHistory;
  readonly machines: readonly Machine[];
  /** Takes an operation and answers its number. */
  register(operation: Operation): number;
  acknowledged(operation: number, index: LogIndex): void;
  readonly observer?: Observer | undefined;
  /** Clients of the storm do what a script says: this is where they stand after it. */
  readonly scripted?: WorkloadStanding | undefined;
}

/** One caller; whoever does not know what became of an operation goes on as somebody else. */
interface Client {
  name: number;
  target: number;
  active: boolean;
  readonly known: Map<number, number>;
  /** It does what it is told, one thing at a time. */
  readonly scripted: boolean;
}

interface Call {
  readonly client: Client;
  readonly number: number;
  readonly operation: Operation;
  readonly behind: LogIndex;
  readonly recorded: Recorded;
  readonly act: ClientOperation;
  timeout: PlannedEvent | undefined;
}

const BURST_KEY = 1_000;
const BURST_CLIENT = 0;
const HOT_SHARE = 0.8;
const CLIENT_LATENCY_MS = 0.3;
const REFUSED_WAIT_MS = 20;

/** Clients that read, write and compare-and-set a few hot keys, each one operation after the other. */
export class Workload {
  readonly #parts: WorkloadParts;
  readonly #random: CountedRandom;
  readonly #dice: Dice;
  #clients: Client[] = [];
  #targets: readonly number[];
  #thinkMs: Millis;
  #names = 0;
  #values = 0;
  #open = 0;
  #standing: WorkloadStanding | undefined;
  #stopped = false;
  writesDone = 0;
  readsDone = 0;

  constructor(parts: WorkloadParts) {
    this.#parts = parts;
    this.#random = new CountedRandom(parts.dice.random);
    this.#dice = new Dice(this.#random);
    this.#targets = parts.machines.map(({ slot }) => slot);
    this.#thinkMs = parts.plan.thinkMs;
  }

  /** Operations that have no outcome yet. */
  get open(): number {
    return this.#open;
  }

  /** Where it stood when it was first stopped, or stands. */
  get standing(): WorkloadStanding {
    const { draws } = this.#random;
    return this.#standing ?? { draws, names: this.#names, values: this.#values };
  }

  start(clients: number): void {
    if (!this.#stopped && this.#parts.scripted !== undefined) return;
    for (let at = 0; at < clients; at++) {
      const client = newClient(++this.#names, false);
      this.#retarget(client);
      this.#clients.push(client);
      this.#next(client, this.#thinkMs);
    }
  }

  /** From now on these machines are asked, and whoever they name as leader; and more often. */
  narrow(targets: readonly number[], thinkMs: Millis): void {
    this.#targets = targets;
    this.#thinkMs = thinkMs;
  }

  /** Writes that nobody waits for, all at once, to a key that nobody reads. */
  burst({ slot, life }: Machine, lengths: readonly number[]): void {
    const { timeline, trace, history, register } = this.#parts;
    if (life === undefined) return;
    for (const length of lengths) {
      const operation: Operation = { kind: "write", key: BURST_KEY, value: ++this.#values };
      const number = register(operation);
      trace.note(timeline.now, "is given", slot, number);
      history.unknown(history.called(BURST_CLIENT, operation, timeline.now));
      life.desk.propose(number, length, () => undefined);
    }
  }

  /** A read that nobody waits for; what it may see is watched all the same (I15). */
  peek({ slot, life }: Machine): void {
    const { timeline, trace } = this.#parts;
    if (life === undefined) return;
    trace.note(timeline.now, "is asked for a read", slot);
    life.desk.read({ kind: "read", key: 0 }, () => undefined);
  }

  /** Lengths of so many payloads. */
  drawLengths(commands: number): readonly number[] {
    return Array.from({ length: commands }, () => this.#drawLength());
  }

  /** One operation of a script. */
  perform(act: ClientOperation): void {
    if (this.#stopped) return;
    const client = newClient(act.client, true);
    client.target = act.machine;
    this.#call(client, { ...act });
  }

  /** No new operations. */
  stop(): void {
    if (!this.#stopped) this.#leaveScript();
    this.#stopped = true;
    for (const client of this.#clients) client.active = false;
    this.#clients = [];
  }

  /** From here on dice are rolled again, from where they were in the run that the script is of. */
  #leaveScript(): void {
    const { scripted } = this.#parts;
    if (scripted !== undefined) {
      this.#random.skipTo(scripted.draws);
      this.#names = Math.max(this.#names, scripted.names);
      this.#values = Math.max(this.#values, scripted.values);
    }
    this.#standing = this.standing;
  }

  #next(client: Client, thinkMs: Millis): void {
    if (this.#followsScript(client)) return;
    const { timeline } = this.#parts;
    const dice = this.#dice;
    timeline.after(dice.exponential(thinkMs), () => {
      if (!client.active) return;
      const operation = this.#draw(client);
      const { name, target: machine } = client;
      this.#call(client, { kind: "operation", client: name, machine, operation, length: 0 });
    });
  }

  #call(client: Client, act: ClientOperation): void {
    const { timeline, plan, trace, replay, history, register, observer } = this.#parts;
    const { operation, machine } = act;
    const number = register(operation);
    const recorded = history.called(client.name, operation, timeline.now);
    const behind = replay.returned;
    const call: Call = { client, number, operation, behind, recorded, act, timeout: undefined };
    call.timeout = timeline.after(plan.timeoutMs, () => this.#unknown(call));
    this.#open++;
    observer?.decided?.({ at: timeline.now, act });
    this.#tell(call, { kind: "called", machine, operation });
    trace.note(timeline.now, "is asked", client.target, number, client.name, operation);
    timeline.after(CLIENT_LATENCY_MS, () => this.#arrive(call));
  }

  #draw(client: Client): Operation {
    const { plan } = this.#parts;
    const dice = this.#dice;
    const key = dice.chance(HOT_SHARE) ? 0 : dice.below(plan.keys);
    if (dice.chance(plan.readShare)) return { kind: "read", key };
    this.#values++;
    const value = this.#values;
    const expected = client.known.get(key);
    if (expected === undefined || dice.chance(0.6)) return { kind: "write", key, value };
    return { kind: "cas", key, expected, value };
  }

  #arrive(call: Call): void {
    const { machines } = this.#parts;
    const { client, operation, number, act } = call;
    const life = machines[client.target]?.life;
    const reply = (what: Reply): void => this.#reply(call, what);
    if (life === undefined) {
      reply({ kind: "refused", reason: "nobody listens", leader: undefined });
    } else if (operation.kind === "read") life.desk.read(operation, reply);
    else {
      if (!this.#followsScript(client)) act.length = this.#drawLength();
      life.desk.propose(number, act.length, reply);
    }
  }

  #reply(call: Call, reply: Reply): void {
    this.#parts.timeline.after(CLIENT_LATENCY_MS, () => {
      if (call.timeout === undefined || call.timeout.cancelled) return;
      this.#received(call, reply);
    });
  }

  #received(call: Call, reply: Reply): void {
    if (reply.kind === "unknown") return this.#unknown(call);
    this.#close(call);
    const { client } = call;
    if (reply.kind === "refused") this.#tell(call, reply);
    if (reply.kind === "done") this.#done(call, reply);
    else if (reply.leader === undefined) this.#retarget(client);
    else client.target = machineOf(reply.leader);
    const wait = reply.kind === "done" ? this.#thinkMs : Math.max(this.#thinkMs, REFUSED_WAIT_MS);
    this.#next(client, wait);
  }

  #done(call: Call, reply: Extract<Reply, { kind: "done" }>): void {
    const { timeline, trace, replay, history, acknowledged } = this.#parts;
    const { number, operation, client } = call;
    trace.note(timeline.now, "answers", client.target, number, reply.index, reply);
    this.#tell(call, reply);
    if (operation.kind === "read") this.readsDone++;
    else {
      acknowledged(number, reply.index);
      this.writesDone++;
    }
    replay.answered(number, call.behind, reply);
    history.done(call.recorded, reply, timeline.now);
    const written = operation.kind !== "read" && reply.written;
    client.known.set(operation.key, written ? operation.value : reply.value);
  }

  #unknown(call: Call): void {
    const { history, marks } = this.#parts;
    this.#close(call);
    history.unknown(call.recorded);
    marks.hit("operation unknown");
    this.#tell(call, { kind: "unknown" });
    const { client } = call;
    if (this.#followsScript(client)) return;
    client.name = ++this.#names;
    client.known.clear();
    this.#retarget(client);
    this.#next(client, this.#thinkMs);
  }

  #close(call: Call): void {
    if (call.timeout !== undefined) call.timeout.cancelled = true;
    this.#open--;
  }

  #retarget(client: Client): void {
    if (this.#followsScript(client)) return;
    client.target = this.#dice.pick(this.#targets) ?? 0;
  }

  /** Whoever is still waiting when the storm is over, draws as if it had drawn before. */
  #followsScript({ scripted }: Client): boolean {
    return scripted && !this.#stopped;
  }

  #drawLength(): number {
    return this.#dice.below(this.#parts.plan.payloadBytesMax);
  }

  #tell({ number, recorded }: Call, news: OperationNews): void {
    const { observer, timeline } = this.#parts;
    observer?.operation?.(timeline.now, number, recorded.client, news);
  }
}

function newClient(name: number, scripted: boolean): Client {
  return { name, target: 0, active: !scripted, known: new Map(), scripted };
}
