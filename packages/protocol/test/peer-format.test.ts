import { readFileSync } from "node:fs";
import { fromHex, type MemberId, toHex } from "@holdfast/base";
import {
  decodeMembership,
  decodeMessage,
  encodeMembership,
  encodeMessage,
  packPeerData,
  unpackPeerData,
} from "@holdfast/protocol";
import { expect, test } from "vitest";
import { A, B, MEMBERSHIP, MESSAGES } from "./peer-examples.ts";

// Never regenerate this file for a released format: another form is another version, with a file of its own.
const golden = readFileSync(new URL("./golden/peer-format-1.txt", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(" ") as [name: string, hex: string]);

const golden2 = readFileSync(
  new URL("./golden/membership-format-2.txt", import.meta.url),
  "utf8",
).trim();

test("messages and memberships are written byte for byte as format 1 was fixed", () => {
  const written = [
    ...MESSAGES.map((message) => [message.kind, toHex(packPeerData(encodeMessage(message)))]),
    ["membership", toHex(encodeMembership(MEMBERSHIP))],
  ];

  expect(written).toEqual(golden);
});

test("bytes of format 1 are read as what they meant", () => {
  const read = golden
    .filter(([name]) => name !== "membership")
    .map(([, hex]) => decodeMessage(unpackPeerData(fromHex(hex) as Uint8Array)));
  const membership = golden.find(([name]) => name === "membership")?.[1] ?? "";

  expect(plain(read)).toEqual(plain(MESSAGES));
  expect(decodeMembership(fromHex(membership) as Uint8Array)).toEqual(MEMBERSHIP);
});

test("promotions make a membership format 2, and are read back", () => {
  const promoting = {
    ...MEMBERSHIP,
    promotions: [
      { learner: 9 as MemberId, replaces: B },
      { learner: A, replaces: undefined },
    ],
  };

  const written = encodeMembership(promoting);

  expect(toHex(written)).toBe(golden2);
  expect(decodeMembership(written)).toEqual(promoting);
});

/** Bytes come back as Buffers, which are equal to plain arrays of bytes in all but their class. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}
