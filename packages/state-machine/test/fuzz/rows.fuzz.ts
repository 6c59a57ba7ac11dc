import { toByteString } from "@holdfast/base";
import { bytesTarget, type FuzzTarget } from "@holdfast/base/fuzz";
import { alarmOfKey } from "../../src/rows/alarm-row.ts";
import {
  type BlockEvent,
  BlockTable,
  readBlockEvent,
  withoutEvents,
} from "../../src/rows/block.ts";
import { decodeCollection, encodeCollection } from "../../src/rows/collection-row.ts";
import { decodeCurrent, encodeCurrent } from "../../src/rows/current-row.ts";
import { DamagedRowError } from "../../src/rows/damaged-row-error.ts";
import { decodeHistory } from "../../src/rows/history-row.ts";
import { decodeLease, encodeLease } from "../../src/rows/lease-row.ts";
import { decodeMeta, encodeMeta } from "../../src/rows/meta-row.ts";
import { RowEncoder } from "../../src/rows/row-encoder.ts";
import { rowLayout } from "../../src/rows/row-layout.ts";
import { decodeSessionHead, encodeSessionHead } from "../../src/rows/session-row.ts";
import { LOG } from "../golden-samples.ts";
import { TestStore } from "../test-store.ts";

const refusals = [DamagedRowError];
const runs = 1_500;
const BLOCK = { blockRevision: 2, blockSub: 0 };
const EVENTS_READ_MAX = 1_000;
const layout = rowLayout(1);
const encoder = new RowEncoder();

/** The rows that a log leaves whose keys begin so, without their keys. */
function rowsOf(prefix: string): readonly Uint8Array[] {
  const store = TestStore.opened();
  for (const { operations } of LOG) store.send(operations);
  const found = store.rows.published.all().filter(({ key }) => key.startsWith(prefix));
  return found.map(({ value }) => value);
}

/** Everything that is ever asked of a block. */
function readBlock(block: Uint8Array): readonly BlockEvent[] {
  const events: BlockEvent[] = [];
  const table = new BlockTable(block);
  for (let ordinal = 0; ordinal < Math.min(table.count, EVENTS_READ_MAX); ordinal++) {
    if (!table.isCollected(ordinal)) events.push(readBlockEvent(BLOCK, block, ordinal));
  }
  withoutEvents(block, new Set([0]));
  return events;
}

export const ROW_TARGETS: readonly FuzzTarget[] = [
  bytesTarget({
    name: "current-row",
    runs,
    refusals,
    examples: rowsOf(layout.currentPrefix),
    read: decodeCurrent,
    write: (row) => encodeCurrent(encoder, row),
  }),
  bytesTarget({
    name: "history-row",
    runs,
    refusals,
    examples: rowsOf(layout.historyPrefix),
    read: (row) => decodeHistory(row, 5),
  }),
  bytesTarget({
    name: "block-row",
    runs,
    refusals,
    examples: rowsOf(layout.blockPrefix),
    read: readBlock,
  }),
  bytesTarget({
    name: "session-row",
    runs,
    refusals,
    examples: rowsOf(layout.sessionPrefix),
    read: decodeSessionHead,
    write: (head) => encodeSessionHead(encoder, head),
  }),
  bytesTarget({
    name: "lease-row",
    runs,
    refusals,
    examples: [
      encodeLease(encoder, { ttlSeconds: 60, remainingSeconds: 5, renewedAt: 700, keys: 3 }),
    ],
    read: decodeLease,
    write: (lease) => encodeLease(encoder, lease),
  }),
  bytesTarget({
    name: "alarm-row",
    runs,
    refusals,
    examples: [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9, 2)],
    read: (bytes) => alarmOfKey(layout, layout.alarmPrefix + toByteString(bytes)).member,
  }),
  bytesTarget({
    name: "meta-row",
    runs,
    refusals,
    examples: rowsOf(layout.metaKey),
    read: decodeMeta,
    write: (meta) => encodeMeta(encoder, meta),
  }),
  bytesTarget({
    name: "collection-row",
    runs,
    refusals,
    examples: [
      encodeCollection(encoder, {
        collected: 3,
        phase: "history",
        target: 9,
        resume: "\0\u0001\u0020key",
      }),
    ],
    read: decodeCollection,
    write: (state) => encodeCollection(encoder, state),
  }),
];
