import {
  decodeMembership,
  decodeMessage,
  encodeMembership,
  encodeMessage,
  MalformedPeerDataError,
  packPeerData,
  unpackPeerData,
} from "@holdfast/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { A, APPEND_REQUEST, B, MEMBERSHIP, MESSAGES } from "./peer-examples.ts";

/** Runs `decode`, which may succeed or refuse, but must do nothing else. */
function refusesOrReads(decode: () => unknown): void {
  try {
    decode();
  } catch (failure) {
    expect(failure).toBeInstanceOf(MalformedPeerDataError);
  }
}

const frames = MESSAGES.map((message) => packPeerData(encodeMessage(message)));

describe("hostile peer data is refused, never a crash", () => {
  test("any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        refusesOrReads(() => decodeMessage(unpackPeerData(bytes)));
        refusesOrReads(() => decodeMembership(Uint8Array.of(1, ...bytes)));
      }),
    );
  });

  test("any value in place of a message", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withTypedArray: true }), (value) => {
        refusesOrReads(() => decodeMessage(value));
      }),
    );
  });

  test("a message with any one field replaced", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MESSAGES),
        fc.nat({ max: 12 }),
        fc.oneof(fc.constantFrom(-1, 0.5, 2 ** 53, Number.NaN, "1", null, [], 1n), fc.anything()),
        (message, at, value) => {
          const fields = encodeMessage(message);
          fields[at] = value;
          refusesOrReads(() => decodeMessage(fields));
        },
      ),
    );
  });

  test("a message cut off anywhere", () => {
    for (const frame of [...frames, encodeMembership(MEMBERSHIP).subarray(1)]) {
      for (let end = 0; end < frame.length; end++) {
        expect(() => unpackPeerData(frame.subarray(0, end))).toThrow(MalformedPeerDataError);
      }
    }
  });

  test.each([
    ["five bytes that announce four thousand million elements", [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ["bytes that announce more than there are", [0xc6, 0x7f, 0xff, 0xff, 0xff, 1]],
    ["a map", [0x81, 0x01, 0x02]],
    ["an extension", [0xd4, 0x72, 0x40]],
    ["two values", [0x01, 0x02]],
    ["nothing", []],
    ["a thousand arrays within each other", [...new Array<number>(1000).fill(0x91), 0x01]],
  ])("%s", (_name, bytes) => {
    expect(() => unpackPeerData(Uint8Array.from(bytes))).toThrow(MalformedPeerDataError);
  });
});

describe("a number that is no whole number from 0 to 2^53 - 1 is refused", () => {
  test.each([-1, 0.5, 2 ** 53, Number.NaN, "5", 5n, undefined, true])("%s as a term", (term) => {
    expect(() => decodeMessage([12, A, B, term])).toThrow(MalformedPeerDataError);
  });

  test.each([0, -1, 2 ** 53])("%s as a member id", (from) => {
    expect(() => decodeMessage([12, from, B, 1])).toThrow(MalformedPeerDataError);
  });
});

test("entries that would lie beyond 2^53 - 1 are refused", () => {
  const last = Number.MAX_SAFE_INTEGER;
  const fields = [5, A, B, 1, 1, 1, 1, last, 0, 0, [1, 1, new Uint8Array(0)]];

  expect(() => decodeMessage(fields)).toThrow("beyond index 2^53 - 1");
});

test("a membership of another version is refused by its number", () => {
  const bytes = encodeMembership(MEMBERSHIP);
  bytes[0] = 3;

  expect(() => decodeMembership(bytes)).toThrow("a membership of format 3 cannot be read");
});

test("a membership that names a voter twice is refused", () => {
  const bytes = encodeMembership({ ...MEMBERSHIP, voters: [B, B] });

  expect(() => decodeMembership(bytes)).toThrow("voters are not in ascending order");
});

test("payloads are views of the frame, not copies", () => {
  const frame = packPeerData(encodeMessage(APPEND_REQUEST));

  const message = decodeMessage(unpackPeerData(frame));

  expect(message.kind === "append-request" && message.entries[1]?.payload.buffer).toBe(
    frame.buffer,
  );
});
