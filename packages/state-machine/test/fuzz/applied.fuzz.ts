import { below, fromByteString, type Random, toByteString } from "@holdfast/base";
import { type FuzzTarget, mutateBytes, pick, worldTarget } from "@holdfast/base/fuzz";
import { DamagedRowError, encodeBatch, MalformedCommandError } from "../../src/index.ts";
import { BATCHES, COMPACTION, LOG } from "../golden-samples.ts";
import { SortedRows } from "../memory-rows.ts";
import { put, queryOf, sessionId, TestStore } from "../test-store.ts";

const ENTRIES_EACH = 6;
const batches = [...Object.values(BATCHES), ...LOG, COMPACTION].map((batch) =>
  encodeBatch({ ...batch, session: sessionId(1) }),
);

/** Only a version that is not known may stop a member: newer software may have meant something by it. */
function isUnknownVersion(failure: unknown): boolean {
  return failure instanceof MalformedCommandError && failure.unknownVersion !== undefined;
}

/** Entries that somebody committed are applied whatever they are, by all members alike. */
function applyWhatever(random: Random): void {
  const store = TestStore.opened();
  const other = TestStore.opened();
  for (let entry = 0; entry < ENTRIES_EACH; entry++) {
    const payload = below(random, 3) === 0 ? pick(random, batches) : mutateBytes(random, batches);
    try {
      store.applyBytes(payload);
    } catch (failure) {
      if (isUnknownVersion(failure)) return;
      throw failure;
    }
    other.applyBytes(payload);
  }
  if (store.machine.rollingHash !== other.machine.rollingHash) {
    throw new Error("two members came to different states");
  }
  const answer = store.send([put("after", "all")], { session: sessionId(1), firstSequence: 900 });
  if (answer.length !== 1) throw new Error("a write behind them is not answered");
}

/** A state of which one row is not what was written: whatever is asked of it is answered, or it is damaged. */
function workOnDamagedRows(random: Random): void {
  const sound = soundRows.all();
  const rows = new SortedRows();
  const damaged = below(random, sound.length);
  for (const [at, { key, value }] of sound.entries()) {
    if (at !== damaged) rows.put(key, value);
    else if (below(random, 4) > 0) rows.put(key, mutateBytes(random, [value]));
    else if (below(random, 2) === 0) rows.put(otherKey(random, key), value);
  }
  try {
    const store = new TestStore(rows);
    for (const batch of LOG) store.send(batch.operations);
    store.applyBytes(encodeBatch({ ...(LOG[2] as (typeof LOG)[number]), session: sessionId(1) }));
    for (const revision of [0, 3, 5])
      store.range({ ...queryOf({ from: "\0", to: "\0", revision }), from: "\0", to: "\0" });
    store.applyBytes(encodeBatch({ ...COMPACTION, session: sessionId(1) }));
    store.collect();
    store.hashKv();
  } catch (failure) {
    if (!(failure instanceof DamagedRowError)) throw failure;
  }
}

/** Of the same kind of row, so that it is found. */
function otherKey(random: Random, key: string): string {
  const prefix = key.slice(0, 3);
  return (
    prefix + toByteString(mutateBytes(random, [Uint8Array.from(fromByteString(key.slice(3)))]))
  );
}

const soundRows = madeRows();

function madeRows(): SortedRows {
  const store = TestStore.opened();
  for (const batch of LOG) {
    store.applyBytes(encodeBatch({ ...batch, session: sessionId(1) }));
  }
  return store.rows.published;
}

export const APPLIED_TARGETS: readonly FuzzTarget[] = [
  worldTarget({ name: "applied-entries", runs: 100, live: applyWhatever }),
  worldTarget({ name: "damaged-rows", runs: 60, live: workOnDamagedRows }),
];
