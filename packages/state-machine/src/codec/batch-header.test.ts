import { expect, test } from "vitest";
import { decodeBatchHeader } from "./batch-header.ts";
import { encodeBatch } from "./command-codec.ts";

const session = Uint8Array.from({ length: 16 }, (_, at) => at * 16);

test.each([0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 52])(
  "the head of a batch that begins at %d is read without its operations",
  (firstSequence) => {
    const bytes = encodeBatch({ session, firstSequence, ackedBelow: 0, operations: [] });

    const header = decodeBatchHeader(bytes);

    expect(header?.firstSequence).toBe(firstSequence);
    expect([...(header?.session ?? [])]).toEqual([...session]);
  },
);

test("bytes that are no batch have no head", () => {
  const bytes = encodeBatch({ session, firstSequence: 2 ** 40, ackedBelow: 0, operations: [] });

  for (let length = 0; length < 24; length++) {
    expect(decodeBatchHeader(bytes.subarray(0, length))).toBeUndefined();
  }
  expect(decodeBatchHeader(Uint8Array.from([9, ...bytes.subarray(1)]))).toBeUndefined();
});
