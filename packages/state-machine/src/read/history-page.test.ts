import fc from "fast-check";
import { expect, test } from "vitest";
import { operations } from "../../test/arbitraries.ts";
import { bytes, del, plain, put, TestStore } from "../../test/test-store.ts";
import type { AppliedEvent } from "../apply/unpublished-changes.ts";
import type { PublishedRevisions } from "../state-machine-options.ts";
import { type HistoryPageLimits, historyPageSteps } from "./history-page.ts";

/** A store, and all that it told of its revisions. */
class FollowedStore {
  readonly told: PublishedRevisions[] = [];
  readonly store: TestStore;

  constructor() {
    this.store = TestStore.opened({ published: (revisions) => this.told.push(revisions) });
  }

  /** What was told of revisions from `from` on, without what only applying knows. */
  eventsFrom(from: number): readonly unknown[] {
    return this.told
      .flatMap(({ events }) => events ?? [])
      .filter(({ modRevision }) => modRevision >= from)
      .map(withoutBefore);
  }

  page(from: number, limits: HistoryPageLimits) {
    const { point, layout } = this.store.machine;
    return this.store.rows.read(historyPageSteps(from, point, { layout, limits }));
  }

  /** The same from the rows, page by page. */
  historyFrom(from: number, limits: HistoryPageLimits): readonly unknown[] {
    const events: unknown[] = [];
    let next = from;
    while (next <= this.store.machine.revision) {
      const page = this.page(next, limits);
      if (page.kind !== "history") throw new Error(`revision ${next} is refused`);
      expect(page.next).toBeGreaterThan(next);
      events.push(...page.events.map((event) => plain(event)));
      next = page.next;
    }
    return events;
  }
}

function withoutBefore({ before, ...event }: AppliedEvent): unknown {
  return plain(event);
}

const limits = fc.record({
  events: fc.integer({ min: 1, max: 5 }),
  bytes: fc.integer({ min: 1, max: 100 }),
});

test("what is read of any revision that is not compacted is what was told when it was published", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(operations, { minLength: 1, maxLength: 4 }), { maxLength: 20 }),
      fc.nat(),
      fc.nat(30),
      limits,
      (batches, compactAt, parts, pageLimits) => {
        const followed = new FollowedStore();
        const { store } = followed;
        for (const batch of batches) store.send(batch);
        const revision = compactAt % (store.machine.revision + 1);
        if (revision > 0) store.do({ kind: "compact", revision });
        store.collect(parts);
        const oldest = Math.max(2, store.machine.compactRevision);
        for (let from = oldest; from <= store.machine.revision; from++) {
          expect(followed.historyFrom(from, pageLimits)).toEqual(followed.eventsFrom(from));
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("revisions are told in order, the newest last, and only those that changed something", () => {
  const followed = new FollowedStore();
  followed.store.send([put("a"), put("b"), del("c")]);
  followed.store.send([del("c")]);
  followed.store.do(del("a", "z"));

  expect(followed.told.map(({ revision, events }) => [revision, events?.length])).toEqual([
    [3, 2],
    [4, 2],
  ]);
});

test("an event tells what its key was before, and a first version that it was not", () => {
  const followed = new FollowedStore();
  followed.store.do(put("a", "1"));
  followed.store.do(put("a", "2"));
  followed.store.do(del("a"));
  const events = followed.told.flatMap((revisions) => revisions.events ?? []);

  expect(events.map(({ version, before }) => [version, before?.modRevision])).toEqual([
    [1, undefined],
    [2, 2],
    [0, 3],
  ]);
});

test("a revision with too many changes is told without them, and is in the rows", () => {
  const followed = new FollowedStore();
  const { store } = followed;
  const names = Array.from({ length: 8193 }, (_, at) => `k${String(at).padStart(5, "0")}`);
  for (let at = 0; at < names.length; at += 1000) {
    store.send(
      names.slice(at, at + 1000).map((name) => put(name)),
      { ackedBelow: at },
    );
  }
  store.send([del("k", "l")], { ackedBelow: names.length });
  const { revision } = store.machine;

  expect(followed.told.at(-1)).toMatchObject({ revision, events: undefined });
  const page = followed.page(revision, { events: 10, bytes: 10 });
  expect(page).toMatchObject({ kind: "history", next: revision + 1 });
  expect("events" in page && page.events.length).toBe(8193);
});

test("what was compacted is refused with the smallest revision that is left", () => {
  const followed = new FollowedStore();
  for (const value of ["1", "2", "3"]) followed.store.do(put("a", value));
  followed.store.do({ kind: "compact", revision: 3 });

  expect(followed.page(2, { events: 1, bytes: 1 })).toMatchObject({
    reason: "compacted",
    compactRevision: 3,
  });
  expect(followed.page(3, { events: 1, bytes: 1 })).toMatchObject({
    kind: "history",
    events: [{ key: bytes("a"), modRevision: 3 }],
    next: 4,
  });
});
