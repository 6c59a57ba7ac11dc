import type { HistoryRecorder } from "@holdfast/checker";
import type { Dice } from "../../dice.ts";
import type { Marks } from "../../marks.ts";
import type { Timeline } from "../../timeline.ts";
import { FencingLaw } from "../invariants/fencing-law.ts";
import { LeaseLaw } from "../invariants/lease-law.ts";
import { WatchLaw } from "../invariants/watch-law.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import type { ServerPlan } from "../plan/server-plan.ts";
import type { ServerSituation } from "../server-marks.ts";
import type { SessionWire } from "../wire/session-wire.ts";
import type { UnaryWire } from "../wire/unary-wire.ts";
import type { WatchWire } from "../wire/watch-wire.ts";
import type { CallTeller } from "./call-teller.ts";
import { Compactor } from "./compactor.ts";
import { Contestants } from "./contestants.ts";
import { Followers } from "./followers.ts";
import { LeaseHolders } from "./lease-holders.ts";
import { LockHolders } from "./lock-holders.ts";
import { OwedCalls } from "./owed-calls.ts";
import { PlainCallers } from "./plain-callers.ts";
import { ToldHistory } from "./told-history.ts";
import { WriteLedger } from "./write-ledger.ts";

export interface PopulationParts {
  readonly plan: ServerPlan;
  readonly timeline: Timeline;
  readonly marks: Marks<ServerSituation>;
  readonly machines: readonly ServerMachine[];
  readonly wires: {
    readonly session: SessionWire;
    readonly unary: UnaryWire;
    readonly watch: WatchWire;
  };
  /** Chance of their own for each kind. */
  stream(name: string): Dice;
  note(kind: string, client: number, subject?: unknown): void;
  /** Told of calls. */
  readonly calls: CallTeller;
  failed(failure: unknown): void;
}

/** All who use a cluster, of every kind, and what each kind may rely on. */
export class Population {
  readonly history: HistoryRecorder;
  readonly ledger: WriteLedger;
  readonly contestants: Contestants;
  readonly leaseHolders: LeaseHolders;
  readonly followers: Followers;
  readonly owed: OwedCalls;
  readonly fencing: FencingLaw = new FencingLaw();
  readonly #plainCallers: PlainCallers;
  readonly #lockHolders: LockHolders;
  readonly #compactor: Compactor;

  constructor(parts: PopulationParts) {
    const { plan, timeline, marks, machines, wires, calls } = parts;
    this.history = new ToldHistory({ now: () => timeline.now, calls });
    this.ledger = new WriteLedger(calls);
    const calling = {
      timeline,
      plan: plan.workload,
      marks,
      history: this.history,
      ledger: this.ledger,
      note: parts.note,
      failed: parts.failed,
    };
    const addresses = machines.map(({ clientAddress }) => clientAddress);
    const plain = { ...calling, wire: wires.unary, machines };
    const ofSdk = { ...calling, wire: wires.session, addresses };
    this.contestants = new Contestants({ ...ofSdk, dice: parts.stream("workload") });
    this.#plainCallers = new PlainCallers({ ...plain, dice: parts.stream("plain") });
    this.leaseHolders = new LeaseHolders({
      ...plain,
      dice: parts.stream("leases"),
      law: new LeaseLaw(plan.clockDrift, calls),
    });
    this.#lockHolders = new LockHolders({
      ...ofSdk,
      dice: parts.stream("locks"),
      watchWire: wires.watch,
      law: this.fencing,
      calls,
    });
    const unary = wires.unary;
    const owedParts = { ...ofSdk, watchWire: wires.watch, unary };
    this.owed = new OwedCalls({ ...owedParts, dice: parts.stream("owed") });
    this.#compactor = new Compactor({ ...ofSdk, dice: parts.stream("compactions") });
    this.followers = new Followers({
      ...calling,
      dice: parts.stream("followers"),
      wire: wires.watch,
      addresses,
      law: new WatchLaw(),
    });
  }

  start(): void {
    for (const each of this.#callers) each.start();
    this.#compactor.start();
    this.followers.start();
  }

  /** Nothing more is asked; who follows goes on. */
  stop(): void {
    for (const each of this.#callers) each.stop();
    this.#compactor.stop();
  }

  /** Calls that are not answered yet. */
  get underWay(): number {
    return this.#callers.reduce((sum, each) => sum + each.underWay, 0);
  }

  get #callers() {
    return [this.contestants, this.#plainCallers, this.leaseHolders, this.#lockHolders];
  }
}
