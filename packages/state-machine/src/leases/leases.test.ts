import { toByteString } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { drive } from "../../test/memory-rows.ts";
import { compareNumber, del, plain, put, TestStore, txn } from "../../test/test-store.ts";
import {
  DEFAULT_OPERATION_LIMITS,
  describeFailure,
  encodeBatch,
  hashStateSteps,
  type Operation,
  validateOperation,
} from "../index.ts";
import { attachedKeysSteps } from "./attached-keys.ts";

const LEASE = 7n;

function grant(id = LEASE, ttlSeconds = 60): Operation {
  return { kind: "lease-grant", id, ttlSeconds };
}

function revoke(id = LEASE, expiry?: { readonly renewedAt: number; readonly term: number }) {
  return { kind: "lease-revoke" as const, id, expiry };
}

/** A store in which {@link LEASE} is granted. */
function leased(options: { readonly revisionDeletionsMax?: number } = {}): TestStore {
  const store = TestStore.opened(options);
  store.do(grant());
  return store;
}

function attached(store: TestStore, id = LEASE): readonly string[] {
  const budget = { spendPair: () => undefined, check: () => undefined } as never;
  const keys = store.rows.read(attachedKeysSteps(id, store.machine.layout, budget));
  return keys.map((key) => toByteString(key));
}

function reasonOf(store: TestStore, operation: Operation): string | undefined {
  const result = store.do(operation);
  return result.kind === "failed" ? result.failure.reason : undefined;
}

describe("a lease", () => {
  test("that ends takes its keys along, in order and in one revision", () => {
    const store = leased();
    for (const key of ["b", "a", "a\0", "\xff"]) store.do(put(key, "v", { lease: LEASE }));
    store.do(put("other", "v"));

    expect(store.do(revoke())).toEqual({ kind: "lease-revoke", revision: 7, deleted: 4 });

    const { kvs } = store.range({ from: "\0", to: "\0" }) as { readonly kvs: readonly unknown[] };
    expect(plain(kvs)).toMatchObject([{ key: "other" }]);
    expect(store.machine.leases.count).toBe(0);
    expect(attached(store)).toEqual([]);
  });

  test("on which no key hangs ends without a revision", () => {
    const store = leased();

    expect(store.do(revoke())).toEqual({ kind: "lease-revoke", revision: 1, deleted: 0 });
  });

  test("holds the keys that were put with it last, and no others", () => {
    const store = leased();
    store.do(grant(8n));
    for (const key of ["moves", "leaves", "goes", "stays"]) {
      store.do(put(key, "v", { lease: LEASE }));
    }

    store.do(put("moves", "v", { lease: 8n }));
    store.do(put("leaves", "v"));
    store.do(del("g", "h"));
    store.do(put("stays", "w", { ignoreLease: true }));

    expect(attached(store)).toEqual(["stays"]);
    expect(attached(store, 8n)).toEqual(["moves"]);
    expect(store.machine.leases.find(LEASE)?.keys).toBe(1);
  });

  test("is the same after a restart", () => {
    const store = leased();
    store.do(put("a", "v", { lease: LEASE }));
    store.do({ kind: "lease-renew", ids: [LEASE] });
    const before = store.machine.leases.find(LEASE);

    const again = store.restarted();

    expect(again.machine.leases.find(LEASE)).toEqual(before);
    expect(attached(again)).toEqual(["a"]);
  });

  test("of many keys ends in slices", () => {
    const store = leased();
    for (let at = 0; at < 3_000; at += 500) {
      const keys = Array.from({ length: 500 }, (_, key) => `${at + key}`);
      store.send(keys.map((key) => put(key, "v", { lease: LEASE })));
    }
    const { machine, rows, session } = store;
    const payload = encodeBatch({
      session,
      firstSequence: 5_000,
      ackedBelow: 4_000,
      operations: [revoke()],
    });
    let pauses = 0;
    const entry = { index: machine.applied.index + 1, term: 1, payload };

    const results = drive(machine.apply(entry), rows.own, ({ kind }) => {
      if (kind === "pause") pauses++;
    });

    expect(results).toMatchObject([{ kind: "lease-revoke", deleted: 3_000 }]);
    expect(pauses).toBeGreaterThanOrEqual(29);
  });

  test("takes no more keys than may go in one revision, but those that hang on it already", () => {
    const store = leased({ revisionDeletionsMax: 2 });
    store.do(put("a", "v", { lease: LEASE }));
    store.do(put("b", "v", { lease: LEASE }));

    expect(reasonOf(store, put("c", "v", { lease: LEASE }))).toBe("lease-full");
    expect(reasonOf(store, put("b", "w", { lease: LEASE }))).toBeUndefined();
    store.do(del("a"));
    expect(reasonOf(store, put("c", "v", { lease: LEASE }))).toBeUndefined();
  });

  test("that is not known is refused wherever it is named, and nothing is done", () => {
    const store = TestStore.opened();

    expect(reasonOf(store, put("a", "v", { lease: LEASE }))).toBe("lease-not-found");
    const both = [put("b", "v"), put("a", "v", { lease: LEASE })];
    expect(reasonOf(store, txn([], both))).toBe("lease-not-found");
    expect(reasonOf(store, revoke())).toBe("lease-not-found");
    expect(store.do({ kind: "lease-renew", ids: [LEASE] })).toMatchObject({ ttls: [0] });
    expect(store.machine.revision).toBe(1);
  });

  test("is seen by guards, and can be granted but once", () => {
    const store = leased();
    store.do(put("a", "v", { lease: LEASE }));

    const guarded = txn([compareNumber("a", "lease", "equal", LEASE)], []);
    expect(store.do(guarded)).toMatchObject({ succeeded: true });
    expect(reasonOf(store, grant())).toBe("lease-exists");
  });
});

describe("a lease whose time is over", () => {
  test("lives on if it was renewed since the leader looked", () => {
    const store = leased();
    const seen = { renewedAt: store.machine.leases.find(LEASE)?.renewedAt ?? 0, term: 1 };
    store.do({ kind: "lease-renew", ids: [LEASE] });

    expect(reasonOf(store, revoke(LEASE, seen))).toBe("expiry-overtaken");
    expect(store.machine.leases.count).toBe(1);
  });

  test("lives on if another leads by the time it is told", () => {
    const store = leased();
    const { renewedAt = 0 } = store.machine.leases.find(LEASE) ?? {};

    expect(reasonOf(store, revoke(LEASE, { renewedAt, term: 2 }))).toBe("expiry-overtaken");
    expect(reasonOf(store, revoke(LEASE, { renewedAt, term: 1 }))).toBeUndefined();
  });

  test("is not taken for one that was granted in its place", () => {
    const store = leased();
    const seen = { renewedAt: store.machine.leases.find(LEASE)?.renewedAt ?? 0, term: 1 };
    store.do(revoke());
    store.do(grant());

    expect(reasonOf(store, revoke(LEASE, seen))).toBe("expiry-overtaken");
  });

  test("keeps what is left of it, until it is renewed", () => {
    const store = leased();
    const { renewedAt = 0 } = store.machine.leases.find(LEASE) ?? {};
    const checkpoint = (remainingSeconds: number, at = renewedAt): number | undefined => {
      const leases = [{ id: LEASE, renewedAt: at, remainingSeconds }];
      store.do({ kind: "lease-checkpoint", leases });
      return store.machine.leases.find(LEASE)?.remainingSeconds;
    };

    expect(checkpoint(40)).toBe(40);
    expect(checkpoint(50)).toBe(40);
    expect(store.restarted().machine.leases.find(LEASE)?.remainingSeconds).toBe(40);
    store.do({ kind: "lease-renew", ids: [LEASE] });
    expect(checkpoint(30)).toBe(60);
  });
});

test("an observer is told what begins and ends", () => {
  const store = leased();
  const told: string[] = [];
  store.machine.leases.observe({
    begun: ({ id }) => told.push(`begun ${id}`),
    checkpointed: ({ id, remainingSeconds }) => told.push(`${id} has ${remainingSeconds} s`),
    ended: (id) => told.push(`ended ${id}`),
  });
  const { renewedAt = 0 } = store.machine.leases.find(LEASE) ?? {};

  store.do({ kind: "lease-checkpoint", leases: [{ id: LEASE, renewedAt, remainingSeconds: 3 }] });
  store.do({ kind: "lease-renew", ids: [LEASE, 9n] });
  store.do(grant(9n));
  store.do(revoke());

  expect(told).toEqual(["7 has 3 s", "begun 7", "begun 9", "ended 7"]);
});

test("the hash of the state tells leases apart that no key hangs on", () => {
  const hashOf = (ttlSeconds: number): number => {
    const store = TestStore.opened();
    store.do(grant(LEASE, ttlSeconds));
    const { point, layout } = store.machine;
    return store.rows.read(hashStateSteps(point, layout)).hash;
  };

  expect(hashOf(60)).not.toBe(hashOf(61));
});

test("what leases are refused with has etcd's words where etcd has some", () => {
  const asked = (operation: Operation) => validateOperation(operation, DEFAULT_OPERATION_LIMITS);

  expect(asked(grant(1n, 9_000_000_001))).toMatchObject({
    code: "OUT_OF_RANGE",
    message: "etcdserver: too large lease TTL",
  });
  expect(asked(grant(1n, 9_000_000_000))).toBeUndefined();
  expect(asked(grant(0n))).toMatchObject({ reason: "lease-operation" });
  expect(asked(revoke(1n, { renewedAt: 1, term: 1 }))).toMatchObject({ reason: "lease-operation" });
  expect(asked({ kind: "lease-checkpoint", leases: [] })).toMatchObject({
    reason: "lease-operation",
  });
  expect(describeFailure({ reason: "lease-exists" })).toEqual({
    code: "FAILED_PRECONDITION",
    message: "etcdserver: lease already exists",
  });
});
