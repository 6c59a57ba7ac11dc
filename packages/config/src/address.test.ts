import { expect, test } from "vitest";
import { addressIdentity, formatAddress, isWildcardHost, parseAddress } from "./address.ts";

test.each([
  { text: "127.0.0.1:2379", host: "127.0.0.1", port: 2379 },
  { text: "etcd-0.etcd.svc:1", host: "etcd-0.etcd.svc", port: 1 },
  { text: "[::1]:65535", host: "::1", port: 65535 },
  { text: "[fe80::1%eth0]:2379", host: "fe80::1%eth0", port: 2379 },
])("$text is an address, and is written the same", ({ text, host, port }) => {
  const address = parseAddress(text);

  expect(address).toEqual({ host, port });
  expect(formatAddress({ host, port })).toBe(text);
});

test.each([
  "",
  "2379",
  ":2379",
  "localhost",
  "localhost:",
  "localhost:0",
  "localhost:65536",
  "localhost:-1",
  "local host:1",
  "::1:2379",
  "[::1]",
  "[localhost]:2379",
  "http://localhost:2379",
  "localhost:2379/",
])("%j is no address", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test("the names of the loopback are one address", () => {
  const identities = ["localhost:1", "127.0.0.1:1", "[::1]:1", "LOCALHOST:1"].map((text) => {
    const address = parseAddress(text);
    return address === undefined ? "none" : addressIdentity(address);
  });

  expect(new Set(identities).size).toBe(1);
});

test.each(["0.0.0.0", "::", "0:0:0:0:0:0:0:0"])("%s stands for every interface", (host) => {
  expect(isWildcardHost(host)).toBe(true);
  expect(isWildcardHost("10.0.0.1")).toBe(false);
});
