import { FIRST_GROUP, type RowWriter, type Steps, silentLogger } from "@holdfast/base";
import {
  encodeBatch,
  type Operation,
  type OperationResult,
  StateMachine,
} from "@holdfast/state-machine";
import { LeaseKeeper } from "../src/leases/lease-keeper.ts";
import { ManualTime } from "./manual-time.ts";

export const ELECTION_MS = 1000;
const SESSION = new Uint8Array(16).fill(7);
const NO_ROWS: RowWriter = {
  put: () => undefined,
  delete: () => undefined,
  publish: () => undefined,
};

/**
 * A keeper of leases beside a machine on which no keys are; the test is the log between the two. While
 * it is `held`, what is proposed waits.
 */
export class LeaseStage {
  readonly time: ManualTime = new ManualTime();
  machine: StateMachine = machineWithoutRows();
  readonly keeper: LeaseKeeper;
  /** The term that the member leads. */
  leads: number | undefined = 1;
  held = false;
  readonly proposed: Operation[] = [];
  #sequence = 1;
  #release: (() => void)[] = [];

  constructor() {
    this.keeper = new LeaseKeeper({
      clock: this.time,
      turn: this.time,
      logger: silentLogger,
      electionTimeoutMs: ELECTION_MS,
      leads: () => this.leads,
      machine: () => this.machine,
      propose: (operation) => this.#propose(operation),
    });
    this.keeper.start();
    this.#apply({ kind: "session-open" }, 1);
  }

  /** Applies an operation in an entry of the leader's term. */
  apply(operation: Operation): OperationResult {
    return this.#apply(operation, this.leads ?? this.machine.applied.term);
  }

  grant(id: bigint, ttlSeconds: number): void {
    this.apply({ kind: "lease-grant", id, ttlSeconds });
  }

  renew(...ids: readonly bigint[]): void {
    this.apply({ kind: "lease-renew", ids });
  }

  /** The first entry of a new leader. */
  noop(term: number): void {
    const index = this.machine.applied.index + 1;
    drive(this.machine.apply({ index, term, payload: undefined }));
  }

  has(id: bigint): boolean {
    return this.machine.leases.find(id) !== undefined;
  }

  /** What waits is applied now. */
  release(): void {
    this.held = false;
    for (const proceed of this.#release.splice(0)) proceed();
  }

  async #propose(operation: Operation): Promise<OperationResult> {
    this.proposed.push(operation);
    if (this.held) await new Promise<void>((proceed) => this.#release.push(proceed));
    return this.apply(operation);
  }

  #apply(operation: Operation, term: number): OperationResult {
    const firstSequence = this.#sequence++;
    const index = this.machine.applied.index + 1;
    const batch = { session: SESSION, firstSequence, ackedBelow: firstSequence };
    const payload = encodeBatch({ ...batch, operations: [operation] });
    return drive(this.machine.apply({ index, term, payload }))[0] as OperationResult;
  }
}

function machineWithoutRows(): StateMachine {
  const machine = new StateMachine({ group: FIRST_GROUP, writer: NO_ROWS });
  drive(machine.open());
  return machine;
}

function drive<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next(step.value.kind === "rows" ? [undefined] : []);
  return step.value;
}
