import { type ByteString, FIRST_GROUP, fromByteString, toByteString } from "@holdfast/base";
import {
  type Compare,
  type DeleteRangeOperation,
  encodeBatch,
  hashKvSteps,
  type KeyValue,
  type Operation,
  type OperationResult,
  type PutOperation,
  pointQuery,
  type RangeOperation,
  type RangeQuery,
  rangeSteps,
  StateMachine,
  type StateMachineOptions,
  type TxnBranchOperation,
  type TxnOperation,
} from "../src/index.ts";
import { MemoryRows, SortedRows } from "./memory-rows.ts";

export type TestStoreOptions = Pick<
  StateMachineOptions,
  | "answerBytesMax"
  | "entryAnswersBytesMax"
  | "inlineBytesMax"
  | "revisionDeletionsMax"
  | "partDeletions"
  | "published"
>;

/** A machine over rows in memory, with one session open, for tests. */
export class TestStore {
  readonly rows: MemoryRows;
  readonly machine: StateMachine;
  readonly session: Uint8Array = sessionId(1);
  #sequence = 0;

  constructor(rows: SortedRows = new SortedRows(), options: TestStoreOptions = {}) {
    this.rows = new MemoryRows(rows);
    this.machine = new StateMachine({ group: FIRST_GROUP, writer: this.rows, ...options });
    this.rows.drive(this.machine.open());
  }

  static opened(options: TestStoreOptions = {}): TestStore {
    const store = new TestStore(new SortedRows(), options);
    store.send([{ kind: "session-open" }], { firstSequence: 0 });
    return store;
  }

  /** The same state, as a node finds it after a restart. */
  restarted(options: TestStoreOptions = {}): TestStore {
    return new TestStore(this.rows.published, options);
  }

  applyBytes(payload: Uint8Array | undefined): readonly OperationResult[] {
    const index = this.machine.applied.index + 1;
    return this.rows.drive(this.machine.apply({ index, term: 1, payload }));
  }

  send(
    operations: readonly Operation[],
    given: {
      readonly session?: Uint8Array;
      readonly firstSequence?: number;
      readonly ackedBelow?: number;
    } = {},
  ): readonly OperationResult[] {
    const firstSequence = given.firstSequence ?? this.#sequence;
    if (given.firstSequence === undefined) this.#sequence += operations.length;
    const ackedBelow = given.ackedBelow ?? 0;
    const session = given.session ?? this.session;
    return this.applyBytes(encodeBatch({ session, firstSequence, ackedBelow, operations }));
  }

  /** Applies one operation of the session. */
  do(operation: Operation): OperationResult {
    return this.send([operation])[0] as OperationResult;
  }

  /** Collects what compactions freed, at most so many parts of it. Whether something is left to do. */
  collect(partsMax: number = Number.POSITIVE_INFINITY): boolean {
    for (let parts = 0; parts < partsMax; parts++) {
      const part = this.rows.read(this.machine.planCollection());
      if (part === undefined) return false;
      this.machine.writeCollection(part);
    }
    return true;
  }

  hashKv(revision = 0, deadReferencesMax?: number) {
    const { point, layout } = this.machine;
    const options = deadReferencesMax === undefined ? {} : { deadReferencesMax };
    return this.rows.read(hashKvSteps(revision, point, layout, options));
  }

  range(query: Partial<RangeQuery> & { readonly from: ByteString; readonly to?: ByteString }) {
    return this.rows.read(rangeSteps(queryOf(query), this.machine.point, this.machine.layout));
  }
}

export function sessionId(seed: number): Uint8Array {
  return new Uint8Array(16).fill(seed);
}

export function bytes(text: ByteString): Uint8Array {
  return Uint8Array.from(fromByteString(text));
}

export function put(
  key: ByteString,
  value: ByteString = "",
  options: Partial<PutOperation> = {},
): PutOperation {
  return {
    kind: "put",
    key: bytes(key),
    value: bytes(value),
    lease: 0n,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
    ...options,
  };
}

export function del(
  key: ByteString,
  rangeEnd: ByteString = "",
  prevKv = false,
): DeleteRangeOperation {
  return { kind: "delete-range", key: bytes(key), rangeEnd: bytes(rangeEnd), prevKv };
}

export function queryOf(
  query: Partial<RangeQuery> & { readonly from: ByteString; readonly to?: ByteString },
): RangeQuery {
  const { from, to, ...options } = query;
  return { ...pointQuery(bytes(from)), rangeEnd: bytes(to ?? ""), ...options };
}

export function range(
  query: Partial<RangeQuery> & { readonly from: ByteString; readonly to?: ByteString },
): RangeOperation {
  return { kind: "range", query: queryOf(query) };
}

export function txn(
  compares: readonly Compare[],
  success: readonly TxnBranchOperation[],
  failure: readonly TxnBranchOperation[] = [],
): TxnOperation {
  return { kind: "txn", compares, success, failure };
}

export function compareNumber(
  key: ByteString,
  target: "version" | "create" | "mod" | "lease",
  result: Compare["result"],
  operand: bigint,
): Compare {
  return { key: bytes(key), rangeEnd: bytes(""), target, result, operand };
}

export function compareValue(
  key: ByteString,
  result: Compare["result"],
  operand: ByteString,
): Compare {
  return { key: bytes(key), rangeEnd: bytes(""), target: "value", result, operand: bytes(operand) };
}

/** Anything of results with its byte strings as text, so that two can be compared and read. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toByteString(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
  }
  return value;
}

export function keysOf(pairs: readonly KeyValue[]): readonly ByteString[] {
  return pairs.map((pair) => toByteString(pair.key));
}
