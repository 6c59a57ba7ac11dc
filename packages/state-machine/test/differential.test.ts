import { isDeepStrictEqual } from "node:util";
import { type Row, toByteString } from "@holdfast/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AnswerBudget,
  attachedKeysSteps,
  type CommandBatch,
  DEFAULT_OPERATION_LIMITS,
  encodeBatch,
  type Operation,
  type OperationResult,
  type RangeQuery,
  rangeSteps,
  validateOperation,
} from "../src/index.ts";
import { decodeCurrent, encodeCurrent } from "../src/rows/current-row.ts";
import { RowEncoder } from "../src/rows/row-encoder.ts";
import { deletes, operations, txns } from "./arbitraries.ts";
import {
  deletionLimits,
  fills,
  type Happening,
  happenings,
  inlineLimits,
  partLimits,
} from "./happenings.ts";
import { drive, type SortedRows } from "./memory-rows.ts";
import { attachedTo } from "./naive-leases.ts";
import { NaiveStore } from "./naive-store.ts";
import { plain, put, queryOf, sessionId, TestStore, type TestStoreOptions } from "./test-store.ts";

/** Command sequences of one run; `npm run test:slow` has time for more. */
const RUNS = process.env["TESTS"] === "slow" ? 1_000 : 60;
/** So few references to garbage are held at once that hashing takes several passes. */
const PASS_REFERENCES = 20;
const seed = Number(process.env["HOLDFAST_SEED"] ?? Math.floor(Math.random() * 0x7fff_ffff));
process.stdout.write(`state-machine, random commands: HOLDFAST_SEED=${seed}\n`);

/**
 * The machine and the plain retelling, fed the same and compared at every step; and
 * a second machine that is never restarted, collects garbage at times of its own and has
 * other values inline. The first is also restarted in the middle of entries, from what was durable.
 */
class Pair {
  store: TestStore;
  readonly other: TestStore;
  readonly naive: NaiveStore;
  readonly #limits: Pick<TestStoreOptions, "revisionDeletionsMax" | "partDeletions">;
  readonly #sent: CommandBatch[] = [];
  readonly #next = new Map<number, number>();

  constructor(options: {
    readonly inlineBytesMax: number;
    readonly revisionDeletionsMax: number;
    readonly partDeletions: number;
  }) {
    const { revisionDeletionsMax, partDeletions } = options;
    this.#limits = { revisionDeletionsMax, partDeletions };
    this.store = new TestStore(undefined, this.#limits);
    this.other = new TestStore(undefined, options);
    this.naive = new NaiveStore(revisionDeletionsMax);
    for (const session of [1, 2]) this.meet({ kind: "open", session });
  }

  meet(happening: Happening): void {
    switch (happening.kind) {
      case "batch":
        this.#batch(happening);
        break;
      case "fill":
        this.#sendNew(
          1,
          happening.keys.map((key) => put(key, "f")),
        );
        break;
      case "again":
        this.#again(happening.which);
        break;
      case "open":
        this.#send(this.#batchOf(happening.session, [{ kind: "session-open" }], 0, 0));
        break;
      case "expire":
        this.#expire(happening);
        break;
      case "expire-lease":
      case "checkpoint":
        this.#judge(happening);
        break;
      case "alarm":
        this.#sendNew(1, [happening.operation]);
        break;
      case "read":
        this.#read(happening.query);
        break;
      case "compact": {
        const revision = Math.max(0, this.naive.revision - happening.back);
        this.#sendNew(1, [{ kind: "compact", revision }]);
        break;
      }
      case "collect":
        (happening.here ? this.store : this.other).collect(happening.parts);
        break;
      case "restart":
        this.store = this.store.restarted({
          inlineBytesMax: happening.inlineBytesMax,
          ...this.#limits,
        });
    }
  }

  /** Compares all that can still be read, before and after the garbage is gone, and then the rows. */
  end(): void {
    this.#readEverything();
    for (const store of [this.store, this.other]) store.collect();
    this.#readEverything();
    expect(this.store.machine.collected).toBe(this.naive.compacted);
    const all = rowsBesideInline(this.store);
    const historyRows: string[] = [];
    expectSame(all, rowsBesideInline(this.other));
    const { historyPrefix } = this.store.machine.layout;
    for (const { key } of all) if (key.startsWith(historyPrefix)) historyRows.push(key);
    expect(historyRows).toHaveLength(this.naive.versionsLeft());
    this.store = this.store.restarted();
    this.#readEverything();
  }

  #readEverything(): void {
    const { compacted, revision } = this.naive;
    for (let at = Math.max(1, compacted); at <= revision; at++) {
      const query = queryOf({ from: "\0", to: "\0", revision: at });
      const expected = this.naive.range(query);
      for (const store of [this.store, this.other]) {
        const { machine, rows } = store;
        expectSame(rows.read(rangeSteps(query, machine.point, machine.layout)), expected);
      }
      expectSame(this.store.hashKv(at), this.other.hashKv(at, PASS_REFERENCES));
    }
  }

  #expire({ session, idleSince }: Happening & { readonly kind: "expire" }): void {
    const idle = { session: sessionId(session), idleSince };
    this.#sendNew(1, [{ kind: "session-expire", sessions: [idle] }]);
  }

  #judge(judged: Happening & { readonly kind: "expire-lease" | "checkpoint" }): void {
    const id = judged.lease;
    const renewedAt = this.naive.leases.get(id)?.renewedAt ?? 1;
    if (judged.kind === "expire-lease") {
      return this.#sendNew(1, [{ kind: "lease-revoke", id, expiry: { renewedAt, term: 1 } }]);
    }
    const { remainingSeconds } = judged;
    const leases = [{ id, renewedAt, remainingSeconds }];
    this.#sendNew(1, [{ kind: "lease-checkpoint", leases }]);
  }

  #batch(happening: Happening & { readonly kind: "batch" }): void {
    const valid = happening.operations.filter(
      (operation) => validateOperation(operation, DEFAULT_OPERATION_LIMITS) === undefined,
    );
    if (valid.length === 0) return;
    const next = this.#next.get(happening.session) ?? 0;
    const first = Math.max(0, next + happening.shift);
    const acked = Math.max(0, next - happening.acknowledges);
    if (happening.shift === 0) this.#next.set(happening.session, next + valid.length);
    this.#send(
      this.#batchOf(happening.session, valid, first, happening.acknowledges === 0 ? 0 : acked),
    );
  }

  #again(which: number): void {
    const batch = this.#sent[which % Math.max(1, this.#sent.length)];
    if (batch !== undefined) this.#send(batch);
  }

  #sendNew(session: number, list: readonly Operation[]): void {
    const next = this.#next.get(session) ?? 0;
    this.#next.set(session, next + list.length);
    this.#send(this.#batchOf(session, list, next, 0));
  }

  #batchOf(
    session: number,
    list: readonly Operation[],
    firstSequence: number,
    ackedBelow: number,
  ): CommandBatch {
    return { session: sessionId(session), firstSequence, ackedBelow, operations: list };
  }

  #send(batch: CommandBatch): void {
    this.#sent.push(batch);
    const expected = this.naive.apply(batch);

    const results = this.#applyInterrupted(encodeBatch(batch));
    this.other.applyBytes(encodeBatch(batch));

    expectSame(results, expected);
    expectSame(this.store.hashKv(), this.other.hashKv());
    expect(this.store.machine.revision).toBe(this.naive.revision);
    expect(this.store.machine.compactRevision).toBe(this.naive.compacted);
    expect(this.store.machine.rollingHash).toBe(this.other.machine.rollingHash);
    expect(this.store.machine.sessions).toBe(this.naive.sessions.size);
    this.#compareLeases();
    const alarms = this.store.machine.alarms.all().map(({ member, kind }) => `${member} ${kind}`);
    expect(alarms.sort()).toEqual([...this.naive.alarms.keys()].sort());
    for (const id of this.naive.sessions.keys()) {
      expect(this.store.machine.hasSession(id)).toBe(true);
    }
  }

  #compareLeases(): void {
    const { machine, rows } = this.store;
    expect(machine.leases.count).toBe(this.naive.leases.size);
    const state = this.naive.stateAt(this.naive.revision);
    for (const [id, lease] of this.naive.leases) {
      const keys = attachedTo(state, id);
      expectSame(machine.leases.find(id), { id, ...lease, keys: keys.length });
      const attached = rows.read(attachedKeysSteps(id, machine.layout, new AnswerBudget()));
      expectSame(attached.map(toByteString), keys);
    }
  }

  /** Applies an entry; if parts of it become durable, again after a restart from one of them. */
  #applyInterrupted(payload: Uint8Array): readonly OperationResult[] {
    const { machine, rows } = this.store;
    const parts: SortedRows[] = [];
    const index = machine.applied.index + 1;
    const results = drive(machine.apply({ index, term: 1, payload }), rows.own, ({ kind }) => {
      if (kind === "commit") parts.push(rows.published.copy());
    });
    const part = parts[this.#sent.length % Math.max(1, parts.length)];
    if (part === undefined) return results;
    this.store = new TestStore(part, this.#limits);
    for (const [at, again] of this.store.applyBytes(payload).entries()) {
      // Nobody waits at a node that was restarted, so what was too large to keep is no loss.
      if (again.kind !== "answer-gone") expectSame(again, results[at]);
    }
    return results;
  }

  #read(query: RangeQuery): void {
    const { machine, rows } = this.store;
    const expected = this.naive.range(query);

    const answer = rows.read(rangeSteps(query, machine.point, machine.layout));

    if (typeof expected === "string") {
      expect(answer).toMatchObject({ kind: "refusal", reason: expected });
      return;
    }
    expectSame(answer, expected);
  }
}

/** Many times as fast as `toEqual`, which is asked only to tell the difference. */
function expectSame(actual: unknown, expected: unknown): void {
  const [one, other] = [plain(actual), plain(expected)];
  if (!isDeepStrictEqual(one, other)) expect(one).toEqual(other);
}

/** All rows; those of `current` without the values that they may or may not hold. */
function rowsBesideInline({ rows, machine }: TestStore): readonly Row[] {
  const { currentPrefix, currentEnd } = machine.layout;
  const encoder = new RowEncoder();
  return rows.published.all().map(({ key, value }) => {
    if (key < currentPrefix || key >= currentEnd) return { key, value };
    return { key, value: encodeCurrent(encoder, { ...decodeCurrent(value), value: undefined }) };
  });
}

test("the machine answers every log and every read as the plain retelling does", () => {
  fc.assert(
    fc.property(
      fc.array(happenings, { minLength: 1, maxLength: 40 }),
      inlineLimits,
      deletionLimits,
      partLimits,
      (list, inlineBytesMax, revisionDeletionsMax, partDeletions) => {
        const pair = new Pair({ inlineBytesMax, revisionDeletionsMax, partDeletions });
        for (const happening of list) pair.meet(happening);
        pair.end();
      },
    ),
    { numRuns: RUNS, seed },
  );
}, 120_000);

test("so it does where every operation meets many keys, and may delete few", () => {
  const next = { kind: "batch", session: 1, shift: 0, acknowledges: 0 } as const;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fills, fc.oneof(deletes, txns, txns)), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      partLimits,
      (list, revisionDeletionsMax, partDeletions) => {
        const pair = new Pair({ inlineBytesMax: 0, revisionDeletionsMax, partDeletions });
        for (const [fill, operation] of list) {
          pair.meet(fill);
          pair.meet({ ...next, operations: [operation] });
        }
        pair.end();
      },
    ),
    { numRuns: 100, seed },
  );
}, 120_000);

test("equal logs make equal rows and hashes, wherever one of the machines restarts", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(operations, { minLength: 1, maxLength: 3 }), {
        minLength: 1,
        maxLength: 15,
      }),
      fc.nat({ max: 15 }),
      (log, restartAt) => {
        const steady = TestStore.opened();
        let restarting = TestStore.opened();
        for (const [at, list] of log.entries()) {
          const sent = { firstSequence: at * 3, ackedBelow: Math.max(0, at - 4) * 3 };
          steady.send(list, sent);
          restarting.send(list, sent);
          if (at === restartAt) restarting = restarting.restarted();
        }

        expect(restarting.rows.published.all()).toEqual(steady.rows.published.all());
        expect(restarting.machine.rollingHash).toBe(steady.machine.rollingHash);
        expect(restarting.machine.applied).toEqual(steady.machine.applied);
      },
    ),
    { numRuns: 100 },
  );
}, 120_000);

test("the rolling hash tells logs of equal length and equal effect apart", () => {
  const one = TestStore.opened();
  const other = TestStore.opened();

  one.applyBytes(undefined);
  one.send([{ kind: "session-open" }]);
  other.send([{ kind: "session-open" }]);
  other.applyBytes(undefined);

  expect(one.machine.applied).toEqual(other.machine.applied);
  expect(one.machine.rollingHash).not.toBe(other.machine.rollingHash);
  expect(toByteString(one.session)).toBe(toByteString(other.session));
});
