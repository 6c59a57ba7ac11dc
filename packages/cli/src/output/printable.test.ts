import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test.each([
  { bytes: Buffer.from("plain ünïcode €"), shows: "plain ünïcode €" },
  { bytes: Buffer.from("two\nlines\tand \\"), shows: "two\\nlines\\tand \\\\" },
  { bytes: Buffer.from("\u001b[31mred"), shows: "\\u{1b}[31mred" },
  { bytes: Buffer.from([0xff, 0x00]), shows: "0xff00" },
  { bytes: Buffer.alloc(0), shows: "" },
])("shows $shows", ({ bytes, shows }) => {
  expect(printable(bytes)).toBe(shows);
});
