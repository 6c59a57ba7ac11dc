import fc from "fast-check";
import { expect, test } from "vitest";
import { operations } from "../../test/arbitraries.ts";
import { plain, put, sessionId, txn } from "../../test/test-store.ts";
import { type CommandBatch, decodeBatch, encodeBatch, type TxnOperation } from "../index.ts";
import { MalformedCommandError } from "./malformed-command-error.ts";
import { NESTING_MAX } from "./message-shape.ts";

const batches: fc.Arbitrary<CommandBatch> = fc.record({
  session: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  firstSequence: fc.maxSafeNat().map((sequence) => Math.max(0, sequence - 10)),
  ackedBelow: fc.maxSafeNat(),
  operations: fc.array(operations, { maxLength: 5 }),
});

test("what is encoded is decoded as it was", () => {
  fc.assert(
    fc.property(batches, (batch) => {
      expect(plain(decodeBatch(encodeBatch(batch)))).toEqual(plain(batch));
    }),
    { numRuns: 200 },
  );
});

test("leases and operands keep all 64 bits", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (lease) => {
      const batch = { ...emptyBatch(), operations: [put("k", "v", { lease })] };

      expect(plain(decodeBatch(encodeBatch(batch)))).toEqual(plain(batch));
    }),
  );
});

test("any bytes are decoded or refused, never anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      refusedOrDecoded(Uint8Array.of(1, ...bytes));
      refusedOrDecoded(bytes);
    }),
    { numRuns: 1000 },
  );
});

test("a batch with changed, missing or added bytes is decoded or refused", () => {
  fc.assert(
    fc.property(
      batches,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
      fc.nat(),
      (batch, changes, cut) => {
        const bytes = encodeBatch(batch);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        refusedOrDecoded(bytes);
        refusedOrDecoded(bytes.subarray(0, cut % bytes.length));
        refusedOrDecoded(Uint8Array.of(...bytes, 0));
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ["no bytes", []],
  ["another version", [2, 0x90]],
  ["no array", [1, 0x05]],
  ["a map", [1, 0x91, 0x80]],
  ["a text", [1, 0x91, 0xa1, 0x61]],
  ["a float", [1, 0x91, 0xcb, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["an extension", [1, 0x91, 0xd4, 0x72, 0x40]],
  ["nil", [1, 0x91, 0xc0]],
  ["an array that promises 4 billion values", [1, 0xdd, 0xff, 0xff, 0xff, 0xff]],
  ["bytes that promise 4 billion more", [1, 0x91, 0xc6, 0xff, 0xff, 0xff, 0xff]],
  ["bytes behind the end", [1, 0x90, 0x90]],
  ["nesting without end", [1, ...new Array<number>(100_000).fill(0x91), 0x90]],
])("%s is refused", (_, bytes) => {
  expect(() => decodeBatch(Uint8Array.from(bytes))).toThrow(MalformedCommandError);
});

test("an unknown version is told apart from damage", () => {
  const bytes = encodeBatch(emptyBatch());
  bytes[0] = 7;

  expect(complaintOf(bytes)?.unknownVersion).toBe(7);
  expect(complaintOf(bytes.subarray(0, 0))?.unknownVersion).toBeUndefined();
});

test("a complaint says where", () => {
  const bytes = encodeBatch({ ...emptyBatch(), operations: [put("a"), put("b")] });
  bytes[bytes.length - 6] = 0x09;

  expect(complaintOf(bytes)?.message).toBe("operation 1: kind: 9 is none of a batch");
});

test("transactions may nest as deep as their operations allow, and no deeper than the stack", () => {
  let nested: TxnOperation = txn([], []);
  for (let depth = 0; depth < 128; depth++) nested = txn([], [nested]);
  const batch = { ...emptyBatch(), operations: [nested] };

  expect(decodeBatch(encodeBatch(batch)).operations).toHaveLength(1);
  for (let depth = 0; depth < NESTING_MAX; depth++) nested = txn([], [nested]);
  const bytes = encodeBatch({ ...emptyBatch(), operations: [nested] });
  expect(complaintOf(bytes)?.message).toContain("nested deeper");
});

test("a batch whose sequences would pass 2^53 is refused", () => {
  const bytes = encodeBatch({
    ...emptyBatch(),
    firstSequence: Number.MAX_SAFE_INTEGER,
    operations: [put("a")],
  });

  expect(complaintOf(bytes)?.message).toContain("2^53");
});

function emptyBatch(): CommandBatch {
  return { session: sessionId(1), firstSequence: 0, ackedBelow: 0, operations: [] };
}

function complaintOf(bytes: Uint8Array): MalformedCommandError | undefined {
  try {
    decodeBatch(bytes);
    return undefined;
  } catch (failure) {
    if (failure instanceof MalformedCommandError) return failure;
    throw failure;
  }
}

function refusedOrDecoded(bytes: Uint8Array): void {
  const complaint = complaintOf(bytes);
  if (complaint === undefined) expect(decodeBatch(bytes).session).toHaveLength(16);
  else expect(complaint.message).not.toBe("");
}
