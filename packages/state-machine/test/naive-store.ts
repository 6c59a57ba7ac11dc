import type { ByteString } from "@holdfast/base";
import { toByteString } from "@holdfast/base";
import type {
  ApplyFailure,
  CommandBatch,
  Compare,
  KeyValue,
  LeaseOperation,
  Operation,
  OperationResult,
  PutOperation,
  RangeQuery,
  RangeResult,
  TxnBranchOperation,
  TxnOperation,
  TxnResult,
} from "../src/index.ts";
import { applyToAlarms, type NaiveAlarms, refusedByAlarm } from "./naive-alarms.ts";
import { applyToLeases, attachedTo, type NaiveLease } from "./naive-leases.ts";

/** One version of a key, or its deletion. */
interface Version {
  readonly key: ByteString;
  readonly mod: number;
  /** `undefined`: deleted. */
  readonly pair: KeyValue | undefined;
}

interface NaiveSession {
  ackedBelow: number;
  lastIndex: number;
  readonly answers: Map<number, OperationResult>;
}

type Write = { readonly key: ByteString; readonly pair: KeyValue | undefined };

/**
 * The state machine told again in the plainest way: every version of every key
 * in one list, read by looking through all of it.
 */
export class NaiveStore {
  revision = 1;
  index = 0;
  compacted = -1;
  readonly versions: Version[] = [];
  readonly sessions = new Map<ByteString, NaiveSession>();
  readonly leases = new Map<bigint, NaiveLease>();
  readonly alarms: NaiveAlarms = new Map();
  readonly deletionsMax: number;

  constructor(deletionsMax: number) {
    this.deletionsMax = deletionsMax;
  }

  apply(batch: CommandBatch): OperationResult[] {
    this.index += 1;
    const id = toByteString(batch.session);
    const known = this.sessions.get(id);
    if (known !== undefined) {
      known.lastIndex = this.index;
      known.ackedBelow = Math.max(known.ackedBelow, batch.ackedBelow);
    }
    return batch.operations.map((operation, position) => {
      if (operation.kind === "session-open") return this.#open(id, batch.ackedBelow);
      const session = this.sessions.get(id);
      if (session === undefined) return this.#failed({ reason: "session-expired" });
      const sequence = batch.firstSequence + position;
      if (sequence < session.ackedBelow) return this.#failed({ reason: "sequence-forgotten" });
      if (sequence >= session.ackedBelow + 8192) {
        return this.#failed({ reason: "sequence-beyond-window" });
      }
      const answered = session.answers.get(sequence);
      if (answered !== undefined) return answered;
      const result = this.#once(operation, id);
      const kept: OperationResult =
        weight(result) > 1024 ? { kind: "answer-gone", revision: result.revision } : result;
      session.answers.set(sequence, kept);
      return result;
    });
  }

  /** What a reader asking at the present revision is told, or why it is refused. */
  range(query: RangeQuery): RangeResult | "compacted" | "future-revision" {
    if (query.revision > this.revision) return "future-revision";
    if (query.revision > 0 && query.revision < this.compacted) return "compacted";
    const at = query.revision > 0 ? query.revision : this.revision;
    return rangeOver(this.stateAt(at), query, this.revision);
  }

  /** Versions that no compaction freed: of a key at a revision only the last counts. */
  versionsLeft(): number {
    const last = new Map<string, Version>();
    for (const version of this.versions) last.set(`${version.mod}/${version.key}`, version);
    const versions = [...last.values()];
    const isSuperseded = ({ key, mod }: Version): boolean =>
      versions.some((one) => one.key === key && one.mod > mod && one.mod <= this.compacted);
    return versions.filter((version) => {
      if (version.mod > this.compacted) return true;
      const isOldDeletion = version.pair === undefined && version.mod < this.compacted;
      return !isSuperseded(version) && !isOldDeletion;
    }).length;
  }

  stateAt(revision: number): Map<ByteString, KeyValue> {
    const state = new Map<ByteString, KeyValue>();
    for (const { key, mod, pair } of this.versions) {
      if (mod > revision) continue;
      if (pair === undefined) state.delete(key);
      else state.set(key, pair);
    }
    return state;
  }

  #open(id: ByteString, ackedBelow: number): OperationResult {
    if (!this.sessions.has(id)) {
      this.sessions.set(id, { ackedBelow, lastIndex: this.index, answers: new Map() });
    }
    return { kind: "session-open", revision: this.revision };
  }

  #once(operation: Exclude<Operation, { kind: "session-open" }>, asker: ByteString) {
    if (operation.kind === "session-expire") {
      for (const { session, idleSince } of operation.sessions) {
        const id = toByteString(session);
        const found = this.sessions.get(id);
        if (found !== undefined && id !== asker && found.lastIndex <= idleSince) {
          this.sessions.delete(id);
        }
      }
      return { kind: "session-expire", revision: this.revision } as const;
    }
    if (operation.kind === "alarm") {
      const found = applyToAlarms(this.alarms, operation);
      return { kind: "alarm", revision: this.revision, found } as const;
    }
    const refused = refusedByAlarm(this.alarms, operation);
    if (refused !== undefined) return this.#failed({ reason: refused });
    if (operation.kind === "compact") return this.#compact(operation.revision);
    if (isOfLeases(operation)) return applyToLeases(this, operation);
    const trial = new Trial(this);
    const result = trial.run(operation);
    if (result.kind !== "failed") this.write(trial.writes);
    return result;
  }

  /** One revision, if anything is written. */
  write(changes: readonly Write[]): void {
    if (changes.length === 0) return;
    this.revision += 1;
    for (const { key, pair } of changes) this.versions.push({ key, mod: this.revision, pair });
  }

  #compact(revision: number): OperationResult {
    if (revision <= this.compacted) {
      return this.#failed({ reason: "compacted", compactRevision: this.compacted });
    }
    if (revision > this.revision) return this.#failed({ reason: "future-revision" });
    this.compacted = revision;
    return { kind: "compact", revision: this.revision };
  }

  #failed(failure: ApplyFailure): OperationResult {
    return { kind: "failed", revision: this.revision, failure };
  }
}

/** One operation tried on a copy of the state. */
class Trial {
  readonly writes: Write[] = [];
  readonly #store: NaiveStore;
  readonly #before: ReadonlyMap<ByteString, KeyValue>;
  readonly #state: Map<ByteString, KeyValue>;

  constructor(store: NaiveStore) {
    this.#store = store;
    this.#before = store.stateAt(store.revision);
    this.#state = new Map(this.#before);
  }

  run(operation: PutOperation | TxnOperation | Exclude<TxnBranchOperation, { kind: "range" }>) {
    const failure =
      (operation.kind === "put" ? this.#checkLease(operation) : undefined) ??
      this.#check(operation, "put") ??
      this.#check(operation, "range") ??
      this.#checkDeletions(operation);
    if (failure !== undefined) {
      return { kind: "failed", revision: this.#store.revision, failure } as const;
    }
    return this.#do(operation) as Exclude<TxnResult["responses"][number], { kind: "range" }>;
  }

  get #now(): number {
    return this.#store.revision + (this.writes.length > 0 ? 1 : 0);
  }

  #check(operation: TxnBranchOperation, kind: "put" | "range"): ApplyFailure | undefined {
    if (operation.kind === "put" && kind === "put") return this.#checkPut(operation);
    if (operation.kind === "range" && kind === "range") {
      const { revision } = operation.query;
      const compactRevision = this.#store.compacted;
      if (revision > this.#store.revision) return { reason: "future-revision" };
      return revision !== 0 && revision < compactRevision
        ? { reason: "compacted", compactRevision }
        : undefined;
    }
    if (operation.kind === "txn") {
      for (const inner of this.#branch(operation)) {
        const failure = this.#check(inner, kind);
        if (failure !== undefined) return failure;
      }
    }
    return undefined;
  }

  #checkPut(put: PutOperation): ApplyFailure | undefined {
    const missing = !this.#before.has(toByteString(put.key));
    if (missing && (put.ignoreLease || put.ignoreValue)) return { reason: "key-not-found" };
    return this.#checkLease(put);
  }

  #checkLease({ key, lease }: PutOperation): ApplyFailure | undefined {
    if (lease === 0n) return undefined;
    if (!this.#store.leases.has(lease)) return { reason: "lease-not-found" };
    if (attachedTo(this.#before, lease).length < this.#store.deletionsMax) return undefined;
    const hangsOn = this.#before.get(toByteString(key))?.lease;
    return hangsOn === lease ? undefined : { reason: "lease-full" };
  }

  #checkDeletions(operation: TxnBranchOperation): ApplyFailure | undefined {
    const { size } = new Set(this.#doomed(operation));
    return size > this.#store.deletionsMax ? { reason: "too-many-deletions" } : undefined;
  }

  /** Keys that it will delete, some of them more than once. */
  #doomed(operation: TxnBranchOperation): readonly ByteString[] {
    if (operation.kind === "txn") {
      return this.#branch(operation).flatMap((inner) => this.#doomed(inner));
    }
    if (operation.kind !== "delete-range") return [];
    return inRange(this.#before, operation).map(({ key }) => toByteString(key));
  }

  #branch(txn: TxnOperation): readonly TxnBranchOperation[] {
    return txn.compares.every((one) => holds(one, this.#before)) ? txn.success : txn.failure;
  }

  #do(operation: TxnBranchOperation): TxnResult["responses"][number] {
    switch (operation.kind) {
      case "put":
        return this.#put(operation);
      case "delete-range": {
        const gone = inRange(this.#state, operation);
        for (const { key } of gone) {
          this.#state.delete(toByteString(key));
          this.writes.push({ key: toByteString(key), pair: undefined });
        }
        return {
          kind: "delete-range",
          revision: this.#now,
          deleted: gone.length,
          prevKvs: operation.prevKv ? gone : [],
        };
      }
      case "range": {
        const { query } = operation;
        const isPast = query.revision > 0 && query.revision < this.#now;
        const state = isPast ? this.#store.stateAt(query.revision) : this.#state;
        return { kind: "range", range: rangeOver(state, query, this.#now) };
      }
      case "txn": {
        const branch = this.#branch(operation);
        const responses = branch.map((inner) => this.#do(inner));
        const succeeded = operation.compares.every((one) => holds(one, this.#before));
        return { kind: "txn", revision: this.#now, succeeded, responses };
      }
    }
  }

  #put(put: PutOperation): TxnResult["responses"][number] {
    const key = toByteString(put.key);
    const old = this.#state.get(key);
    const pair: KeyValue = {
      key: put.key,
      value: put.ignoreValue ? (old?.value ?? new Uint8Array(0)) : put.value,
      createRevision: old?.createRevision ?? this.#store.revision + 1,
      modRevision: this.#store.revision + 1,
      version: (old?.version ?? 0) + 1,
      lease: put.ignoreLease ? (old?.lease ?? 0n) : put.lease,
    };
    this.#state.set(key, pair);
    this.writes.push({ key, pair });
    return { kind: "put", revision: this.#now, prevKv: put.prevKv ? old : undefined };
  }
}

function isOfLeases(operation: Operation): operation is LeaseOperation {
  return operation.kind.startsWith("lease-");
}

function inRange(
  state: ReadonlyMap<ByteString, KeyValue>,
  request: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array },
): KeyValue[] {
  const from = toByteString(request.key);
  const end = toByteString(request.rangeEnd);
  return [...state.entries()]
    .filter(([key]) => (end === "" ? key === from : key >= from && (end === "\0" || key < end)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, pair]) => pair);
}

function rangeOver(
  state: ReadonlyMap<ByteString, KeyValue>,
  query: RangeQuery,
  revision: number,
): RangeResult {
  const all = inRange(state, query);
  const count = all.length;
  if (query.countOnly) return { revision, kvs: [], more: false, count };
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision, limit } = query;
  const bounded = minModRevision || maxModRevision || minCreateRevision || maxCreateRevision;
  let kvs = query.sortOrder === "none" && !bounded && limit > 0 ? all.slice(0, limit + 1) : all;
  if (maxModRevision) kvs = kvs.filter((kv) => kv.modRevision <= maxModRevision);
  if (minModRevision) kvs = kvs.filter((kv) => kv.modRevision >= minModRevision);
  if (maxCreateRevision) kvs = kvs.filter((kv) => kv.createRevision <= maxCreateRevision);
  if (minCreateRevision) kvs = kvs.filter((kv) => kv.createRevision >= minCreateRevision);
  const by = {
    key: (kv: KeyValue) => toByteString(kv.key),
    value: (kv: KeyValue) => toByteString(kv.value),
    version: (kv: KeyValue) => kv.version,
    create: (kv: KeyValue) => kv.createRevision,
    mod: (kv: KeyValue) => kv.modRevision,
  }[query.sortTarget];
  const sign = query.sortOrder === "descend" ? -1 : 1;
  kvs = [...kvs].sort((a, b) => (by(a) === by(b) ? 0 : by(a) < by(b) ? -sign : sign));
  const more = limit > 0 && kvs.length > limit;
  if (more) kvs = kvs.slice(0, limit);
  if (query.keysOnly) kvs = kvs.map((kv) => ({ ...kv, value: new Uint8Array(0) }));
  return { revision, kvs, more, count };
}

function holds(compare: Compare, state: ReadonlyMap<ByteString, KeyValue>): boolean {
  const found = inRange(state, compare);
  if (found.length === 0) {
    return compare.target !== "value" && test(0n, compare.operand, compare.result);
  }
  return found.every((kv) => {
    if (compare.target === "value") {
      return test(toByteString(kv.value), toByteString(compare.operand), compare.result);
    }
    const actual = {
      version: BigInt(kv.version),
      create: BigInt(kv.createRevision),
      mod: BigInt(kv.modRevision),
      lease: kv.lease,
    }[compare.target];
    return test(actual, compare.operand, compare.result);
  });
}

function test<Value extends bigint | string>(
  actual: Value,
  operand: Value,
  result: Compare["result"],
): boolean {
  return {
    equal: actual === operand,
    "not-equal": actual !== operand,
    greater: actual > operand,
    less: actual < operand,
  }[result];
}

/** docs/state-format.md: 16 for each result, 8 for each lease, and for each pair 32, its key and its value. */
function weight(result: OperationResult | TxnResult["responses"][number]): number {
  const pairs = (kvs: readonly KeyValue[]) =>
    kvs.map((kv) => 32 + kv.key.length + kv.value.length).reduce((a, b) => a + b, 0);
  if (result.kind === "put") return 16 + pairs(result.prevKv === undefined ? [] : [result.prevKv]);
  if (result.kind === "delete-range") return 16 + pairs(result.prevKvs);
  if (result.kind === "range") return 16 + pairs(result.range.kvs);
  if (result.kind === "lease-renew") return 16 + 8 * result.ttls.length;
  if (result.kind === "txn") return result.responses.map(weight).reduce((a, b) => a + b, 16);
  return 16;
}
