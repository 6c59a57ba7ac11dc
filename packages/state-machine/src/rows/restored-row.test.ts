import { FIRST_GROUP } from "@holdfast/base";
import { expect, test } from "vitest";
import { decodeMeta, encodeMeta, FRESH_STATE } from "./meta-row.ts";
import { restoredRow } from "./restored-row.ts";
import { RowEncoder } from "./row-encoder.ts";
import { answersKey, currentKey, rowLayout, sessionKey } from "./row-layout.ts";

const LAYOUT = rowLayout(FIRST_GROUP);
const VALUE = new Uint8Array([1]);
const META = {
  key: LAYOUT.metaKey,
  value: encodeMeta(new RowEncoder(), { ...FRESH_STATE, appliedIndex: 9, revision: 5 }),
};

test("revisions begin above all that the old cluster may have had, and none before can be read", () => {
  const row = restoredRow(META, LAYOUT, { bumpRevision: 1000 });

  expect(decodeMeta(row?.value ?? VALUE)).toEqual({
    ...FRESH_STATE,
    appliedIndex: 9,
    revision: 1005,
    compactRevision: 1005,
  });
});

test("without a bump everything stays as it was", () => {
  expect(restoredRow(META, LAYOUT, { bumpRevision: 0 })).toBe(META);
});

test("sessions, their answers and alarms of members end with their cluster; all else stays", () => {
  const session = "s".repeat(16);
  const kept = [
    { key: currentKey(LAYOUT, "a"), value: VALUE },
    { key: LAYOUT.collectionKey, value: VALUE },
  ];
  const dropped = [
    { key: sessionKey(LAYOUT, session), value: VALUE },
    { key: answersKey(LAYOUT, { session, first: 1, count: 2 }), value: VALUE },
    { key: `${LAYOUT.alarmPrefix}member`, value: VALUE },
  ];

  const restored = [...kept, ...dropped].map((row) =>
    restoredRow(row, LAYOUT, { bumpRevision: 1 }),
  );

  expect(restored).toEqual([...kept, undefined, undefined, undefined]);
});
