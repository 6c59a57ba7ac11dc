import type { LogIndex, Millis } from "@holdfast/base";
import type { Dice } from "../dice.ts";
import type { PlannedEvent } from "../event-queue.ts";
import type { Marks } from "../marks.ts";
import type { Operation } from "../model/command.ts";
import type { Reply } from "../node/client-desk.ts";
import type { Machine } from "../node/machine.ts";
import { machineOf } from "../node/store.ts";
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
}

/** One caller; whoever does not know what became of an operation goes on as somebody else. */
interface Client {
  name: number;
  target: number;
  active: boolean;
  readonly known: Map<number, number>;
}

interface Call {
  readonly client: Client;
  readonly number: number;
  readonly operation: Operation;
  readonly behind: LogIndex;
  readonly recorded: Recorded;
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
  #clients: Client[] = [];
  #targets: readonly number[];
  #thinkMs: Millis;
  #names = 0;
  #values = 0;
  #open = 0;
  writesDone = 0;
  readsDone = 0;

  constructor(parts: WorkloadParts) {
    this.#parts = parts;
    this.#targets = parts.machines.map(({ slot }) => slot);
    this.#thinkMs = parts.plan.thinkMs;
  }

  /** Operations that have no outcome yet. */
  get open(): number {
    return this.#open;
  }

  start(clients: number): void {
    for (let at = 0; at < clients; at++) {
      const client = { name: ++this.#names, target: 0, active: true, known: new Map() };
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
  burst({ slot, life }: Machine, commands: number): void {
    const { timeline, trace, history, register, dice, plan } = this.#parts;
    if (life === undefined) return;
    for (let at = 0; at < commands; at++) {
      const operation: Operation = { kind: "write", key: BURST_KEY, value: ++this.#values };
      const number = register(operation);
      trace.note(timeline.now, "is given", slot, number);
      history.unknown(history.called(BURST_CLIENT, operation, timeline.now));
      life.desk.propose(number, dice.below(plan.payloadBytesMax), () => undefined);
    }
  }

  /** A read that nobody waits for; what it may see is watched all the same (I15). */
  peek({ slot, life }: Machine): void {
    const { timeline, trace } = this.#parts;
    if (life === undefined) return;
    trace.note(timeline.now, "is asked for a read", slot);
    life.desk.read({ kind: "read", key: 0 }, () => undefined);
  }

  /** No new operations. */
  stop(): void {
    for (const client of this.#clients) client.active = false;
    this.#clients = [];
  }

  #next(client: Client, thinkMs: Millis): void {
    const { timeline, dice } = this.#parts;
    timeline.after(dice.exponential(thinkMs), () => {
      if (client.active) this.#call(client);
    });
  }

  #call(client: Client): void {
    const { timeline, plan, trace, replay, history, register } = this.#parts;
    const operation = this.#draw(client);
    const number = register(operation);
    const recorded = history.called(client.name, operation, timeline.now);
    const behind = replay.returned;
    const call: Call = { client, number, operation, behind, recorded, timeout: undefined };
    call.timeout = timeline.after(plan.timeoutMs, () => this.#unknown(call));
    this.#open++;
    trace.note(timeline.now, "is asked", client.target, number, client.name, operation);
    timeline.after(CLIENT_LATENCY_MS, () => this.#arrive(call));
  }

  #draw(client: Client): Operation {
    const { dice, plan } = this.#parts;
    const key = dice.chance(HOT_SHARE) ? 0 : dice.below(plan.keys);
    if (dice.chance(plan.readShare)) return { kind: "read", key };
    this.#values++;
    const value = this.#values;
    const expected = client.known.get(key);
    if (expected === undefined || dice.chance(0.6)) return { kind: "write", key, value };
    return { kind: "cas", key, expected, value };
  }

  #arrive(call: Call): void {
    const { machines, dice, plan } = this.#parts;
    const { client, operation, number } = call;
    const life = machines[client.target]?.life;
    const reply = (what: Reply): void => this.#reply(call, what);
    if (life === undefined) {
      reply({ kind: "refused", reason: "nobody listens", leader: undefined });
    } else if (operation.kind === "read") life.desk.read(operation, reply);
    else life.desk.propose(number, dice.below(plan.payloadBytesMax), reply);
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
    const { client } = call;
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
    client.target = this.#parts.dice.pick(this.#targets) ?? 0;
  }
}
