import { FIRST_GROUP, fromByteString, fromHex, type Row, toHex } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import {
  type CommandBatch,
  decodeBatch,
  decodeQueries,
  decodeRangeResults,
  decodeResults,
  encodeBatch,
  encodeQueries,
  encodeRangeResults,
  encodeResults,
  StateMachine,
} from "../src/index.ts";
import { readGolden } from "./golden-file.ts";
import {
  ALARM_LOG,
  BATCHES,
  COMPACTION,
  LEASE_LOG,
  LOG,
  QUERIES,
  RANGE_RESULTS,
  RESULTS,
} from "./golden-samples.ts";
import { MemoryRows } from "./memory-rows.ts";
import { plain } from "./test-store.ts";

const FORMATS = [
  { file: "batches.hex", samples: BATCHES, encode: encodeBatch, decode: decodeBatch },
  { file: "queries.hex", samples: QUERIES, encode: encodeQueries, decode: decodeQueries },
  { file: "results.hex", samples: RESULTS, encode: encodeResults, decode: decodeResults },
  {
    file: "range-results.hex",
    samples: RANGE_RESULTS,
    encode: encodeRangeResults,
    decode: decodeRangeResults,
  },
] as readonly {
  readonly file: string;
  readonly samples: Readonly<Record<string, unknown>>;
  readonly encode: (value: unknown) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
}[];

describe.each(FORMATS)("$file", ({ file, samples, encode, decode }) => {
  const golden = readGolden(file);

  test("has each sample, and nothing else", () => {
    expect([...golden.keys()]).toEqual(Object.keys(samples));
  });

  test.each(Object.entries(samples))("%s is written as it ever was", (name, value) => {
    expect(toHex(encode(value))).toBe(golden.get(name));
  });

  test.each(Object.entries(samples))("%s is read as it ever was", (name, value) => {
    const bytes = fromHex(golden.get(name) ?? "");

    expect(plain(decode(bytes ?? new Uint8Array(0)))).toEqual(plain(value));
  });
});

function applied(log: readonly CommandBatch[]) {
  const rows = new MemoryRows();
  const machine = new StateMachine({ group: FIRST_GROUP, writer: rows });
  rows.drive(machine.open());
  for (const [at, batch] of log.entries()) {
    rows.drive(machine.apply({ index: at + 1, term: 3, payload: encodeBatch(batch) }));
  }
  const collect = (): boolean => {
    const part = rows.read(machine.planCollection());
    if (part !== undefined) machine.writeCollection(part);
    return part !== undefined;
  };
  return { rows, collect };
}

function inHex(rows: readonly Row[]): readonly (readonly string[])[] {
  return rows.map(({ key, value }) => [toHex(fromByteString(key)), toHex(value)]);
}

test("a log leaves the rows that it ever left", () => {
  expect(inHex(applied(LOG).rows.published.all())).toEqual([...readGolden("rows.hex")]);
});

test("leases leave the rows that they ever left", () => {
  expect(inHex(applied(LEASE_LOG).rows.published.all())).toEqual([...readGolden("lease-rows.hex")]);
});

test("alarms leave the rows that they ever left", () => {
  expect(inHex(applied(ALARM_LOG).rows.published.all())).toEqual([...readGolden("alarm-rows.hex")]);
});

test("the garbage of a compaction is marked as it ever was", () => {
  const { rows, collect } = applied([...LOG, COMPACTION]);

  collect();

  expect(inHex(rows.published.all())).toEqual([...readGolden("collecting-rows.hex")]);
});

test("a collected log leaves the rows that it ever left", () => {
  const { rows, collect } = applied([...LOG, COMPACTION]);

  while (collect());

  expect(inHex(rows.published.all())).toEqual([...readGolden("collected-rows.hex")]);
});
