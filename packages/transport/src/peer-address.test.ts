import { expect, test } from "vitest";
import { parsePeerAddress } from "./peer-address.ts";
import { PeerAddressError } from "./peer-errors.ts";

test.each([
  ["127.0.0.1:2380", { host: "127.0.0.1", port: 2380 }],
  ["node-1.example:0", { host: "node-1.example", port: 0 }],
  ["[::1]:65535", { host: "::1", port: 65_535 }],
])("%s is an address", (address, parts) => {
  expect(parsePeerAddress(address)).toEqual(parts);
});

test.each(["", "2380", "host", "host:", "host:65536", "::1:2380", "http://host:1", "a b:1"])(
  '"%s" is refused with what is expected',
  (address) => {
    expect(() => parsePeerAddress(address)).toThrow(PeerAddressError);
    expect(() => parsePeerAddress(address)).toThrow(/must be host:port/);
  },
);
