import { toByteString } from "@holdfast/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bytes } from "../../test/test-store.ts";
import { type BlockEvent, blockEvents, encodeBlock, readBlockEvent, tombstone } from "./block.ts";
import { decodeCurrent, encodeCurrent } from "./current-row.ts";
import { DamagedRowError } from "./damaged-row-error.ts";
import { decodeMeta, encodeMeta, FRESH_STATE } from "./meta-row.ts";
import { RowDecoder } from "./row-decoder.ts";
import { RowEncoder } from "./row-encoder.ts";
import {
  answersKey,
  historyBounds,
  historyKey,
  partsOfAnswers,
  partsOfHistory,
  rowLayout,
} from "./row-layout.ts";

const layout = rowLayout(1);
/** Bytes at the edges of the escaping come often. */
const byteStrings = fc
  .array(fc.oneof(fc.constantFrom(0, 1, 0xfe, 0xff), fc.nat({ max: 255 })), { maxLength: 6 })
  .map((list) => toByteString(Uint8Array.from(list)));
const revisions = fc.oneof(fc.nat({ max: 600 }), fc.maxSafeNat());

test("history rows sort by key, then by revision", () => {
  fc.assert(
    fc.property(byteStrings, revisions, byteStrings, revisions, (key, at, otherKey, otherAt) => {
      const expected = key === otherKey ? at < otherAt : key < otherKey;

      const one = historyKey(layout, key, at);

      expect(one < historyKey(layout, otherKey, otherAt)).toBe(expected);
      expect(partsOfHistory(layout, one)).toEqual({ key, revision: at });
    }),
    { numRuns: 1000 },
  );
});

test("the bounds of a range hold the history of just its keys", () => {
  fc.assert(
    fc.property(byteStrings, byteStrings, byteStrings, revisions, (key, from, to, revision) => {
      const row = historyKey(layout, key, revision);

      const closed = historyBounds(layout, { from, to });
      const open = historyBounds(layout, { from, to: undefined });

      if (from < to) expect(closed.from <= row && row < closed.to).toBe(from <= key && key < to);
      expect(open.from <= row && row < open.to).toBe(from <= key);
    }),
    { numRuns: 1000 },
  );
});

test("rows of different groups never mix", () => {
  const other = rowLayout(2);

  expect(layout.blockEnd <= other.metaKey).toBe(true);
  expect(() => rowLayout(65_536)).toThrow(RangeError);
});

test("the key of answers names their run", () => {
  const run = { session: toByteString(new Uint8Array(16).fill(255)), first: 2 ** 52, count: 1024 };

  expect(partsOfAnswers(layout, answersKey(layout, run))).toEqual(run);
});

test("numbers up to 2^53 survive a row", () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      (n, big) => {
        const row = new RowEncoder().begin(64).varint(n).uint64(n).int64(big).varint(n).finish();

        const decoder = new RowDecoder(row, "test");

        expect([decoder.varint(), decoder.uint64(), decoder.int64(), decoder.varint()]).toEqual([
          n,
          n,
          big,
          n,
        ]);
      },
    ),
  );
});

test("rows made one after the other do not share bytes", () => {
  const encoder = new RowEncoder();
  const rows = Array.from({ length: 5000 }, (_, at) =>
    encoder.begin(40).varint(at).raw(bytes("x")).finish(),
  );

  const read = rows.map((row) => new RowDecoder(row, "test").varint());

  expect(read).toEqual(rows.map((_, at) => at));
});

test.each([undefined, "", "inline"])("a current row keeps its fields, value %j", (value) => {
  const record = {
    createRevision: 3,
    modRevision: 2 ** 50,
    version: 2 ** 40,
    lease: -5n,
    value: value === undefined ? undefined : bytes(value),
    blockRevision: 2 ** 50 - 7,
    blockSub: 1_000_000,
    ordinal: 70_000,
  };

  const decoded = decodeCurrent(encodeCurrent(new RowEncoder(), record));

  expect({ ...decoded, value: decoded.value && toByteString(decoded.value) }).toEqual({
    ...record,
    value,
  });
});

test("each event of a block is read alone", () => {
  const id = { blockRevision: 10, blockSub: 2 };
  const events: BlockEvent[] = Array.from({ length: 300 }, (_, at) => {
    const common = { key: bytes(`key ${at}`), modRevision: 10 + at, sub: at % 3 };
    if (at % 5 === 0) return tombstone(common);
    const value = bytes("v".repeat(at));
    return { kind: "put", ...common, value, createRevision: 4, version: at, lease: BigInt(at % 2) };
  });

  const block = encodeBlock(new RowEncoder(), id, events);

  expect(blockEvents(block)).toBe(300);
  for (const [at, event] of events.entries()) {
    const read = readBlockEvent(id, block, at);
    expect({ ...read, key: toByteString(read.key), value: toByteString(read.value) }).toEqual({
      ...event,
      key: toByteString(event.key),
      value: toByteString(event.value),
    });
  }
});

test("a damaged row is told, whatever is wrong with it", () => {
  const id = { blockRevision: 10, blockSub: 0 };
  const block = encodeBlock(new RowEncoder(), id, [
    tombstone({ key: bytes("k"), modRevision: 10, sub: 0 }),
  ]);

  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 255 }), fc.nat(), (at, value, cut) => {
      const damaged = Uint8Array.from(block);
      damaged[at % damaged.length] = value;
      try {
        const event = readBlockEvent(id, damaged.subarray(0, 1 + (cut % damaged.length)), 0);
        expect(event.key.length).toBeLessThanOrEqual(block.length);
      } catch (failure) {
        expect(failure).toBeInstanceOf(DamagedRowError);
      }
    }),
    { numRuns: 1000 },
  );
  expect(() => readBlockEvent(id, block, 1)).toThrow(DamagedRowError);
  expect(() => partsOfHistory(layout, layout.historyPrefix)).toThrow(DamagedRowError);
});

test("the meta row keeps a store that was never compacted", () => {
  expect(decodeMeta(encodeMeta(new RowEncoder(), FRESH_STATE))).toEqual(FRESH_STATE);
  const newer = Uint8Array.from(encodeMeta(new RowEncoder(), FRESH_STATE));
  newer[1] = 5;
  expect(() => decodeMeta(newer)).toThrow("start the newer software");
  const meta = { ...FRESH_STATE, sessionsEndedUpTo: 300 };
  expect(decodeMeta(encodeMeta(new RowEncoder(), meta, 4))).toEqual(meta);
});
