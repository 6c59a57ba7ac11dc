import {
  type ByteString,
  FIRST_GROUP,
  fromByteString,
  type Row,
  type RowAnswer,
  type RowNeed,
  type RowScan,
  type Steps,
} from "@holdfast/base";
import {
  encodeBatch,
  isReadRefusal,
  type OperationResult,
  pointQuery,
  type RangeAnswer,
  type RangeQuery,
  rangeSteps,
  SESSIONS_MAX,
  StateMachine,
} from "@holdfast/state-machine";

const REAPER: Uint8Array = new Uint8Array(16).fill(0xee);

/** The real state machine over rows in memory; every batch is an entry of one log. */
export class MemoryMachine {
  readonly #rows = new Map<ByteString, Uint8Array>();
  readonly #machine: StateMachine;
  #index = 0;
  #reaperSequence = 1;

  constructor() {
    this.#machine = new StateMachine({
      group: FIRST_GROUP,
      writer: {
        put: (key, value) => void this.#rows.set(key, value),
        delete: (key) => void this.#rows.delete(key),
        publish: () => undefined,
      },
    });
    this.#run(this.#machine.open());
    this.#open(REAPER);
  }

  /** Applies an encoded batch as the next committed entry. */
  apply(payload: Uint8Array): readonly OperationResult[] {
    this.#index += 1;
    return this.#run(this.#machine.apply({ index: this.#index, term: 1, payload }));
  }

  read(queries: readonly RangeQuery[]): readonly RangeAnswer[] {
    const { point, layout } = this.#machine;
    return queries.map((query) => this.#run(rangeSteps(query, point, layout)));
  }

  /** How often a key was written since it was made; 0 if there is none. */
  versionOf(key: string): number {
    const [answer] = this.read([pointQuery(new TextEncoder().encode(key))]);
    if (answer === undefined || isReadRefusal(answer)) throw new Error(`${key} cannot be read`);
    return answer.kvs[0]?.version ?? 0;
  }

  /** Sessions that are open. */
  get sessions(): number {
    return this.#machine.sessions;
  }

  /** Opens sessions until there is room for no other. */
  fillSessions(): void {
    const session = new Uint8Array(16);
    const view = new DataView(session.buffer);
    for (let n = this.sessions; n < SESSIONS_MAX; n++) {
      view.setUint32(0, n + 1);
      this.#open(session.slice());
    }
  }

  /** Ends every session that is open, as a leader would that finds them idle. */
  expireSessions(): void {
    const idle = this.#machine.sessionsIdleSince(this.#index, SESSIONS_MAX);
    const sessions = idle.map(({ session }) => ({
      session: fromByteString(session),
      idleSince: this.#index,
    }));
    this.#reaperSequence += 1;
    this.apply(
      encodeBatch({
        session: REAPER,
        firstSequence: this.#reaperSequence,
        ackedBelow: this.#reaperSequence,
        operations: [{ kind: "session-expire", sessions }],
      }),
    );
  }

  #open(session: Uint8Array): void {
    const operations = [{ kind: "session-open" }] as const;
    this.apply(encodeBatch({ session, firstSequence: 1, ackedBelow: 1, operations }));
  }

  #run<Result>(steps: Steps<Result>): Result {
    let step = steps.next();
    while (step.done !== true) step = steps.next(this.#answer(step.value));
    return step.value;
  }

  #answer(need: RowNeed): RowAnswer {
    if (need.kind === "rows") return need.keys.map((key) => this.#rows.get(key));
    return need.kind === "scan" ? this.#scan(need.scan) : undefined;
  }

  #scan({ from, to, limit, reverse, keysOnly }: RowScan): readonly Row[] {
    const keys = [...this.#rows.keys()].filter((key) => key >= from && key < to).sort();
    if (reverse === true) keys.reverse();
    return keys.slice(0, limit).map((key) => ({
      key,
      value: keysOnly === true ? new Uint8Array() : (this.#rows.get(key) ?? new Uint8Array()),
    }));
  }
}
