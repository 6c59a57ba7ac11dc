import { expect, test } from "vitest";
import { AddressBook, parseAddresses } from "./address-book.ts";

const book = (...given: readonly string[]): AddressBook =>
  new AddressBook(given, { most: 4, start: 0 });

test("addresses go round", () => {
  const addresses = book("a:1", "b:1");

  const seen = [addresses.current];
  for (let round = 0; round < 3; round++) {
    addresses.advance();
    seen.push(addresses.current);
  }

  expect(seen).toEqual(["a:1", "b:1", "a:1", "b:1"]);
});

test("what nodes tell is added, what the user gave stays, and the current one stays current", () => {
  const addresses = book("a:1", "b:1");
  addresses.advance();

  addresses.learn(["c:1", "a:1", "no address", "d:99999"]);

  expect(addresses.all).toEqual(["a:1", "b:1", "c:1"]);
  expect(addresses.current).toBe("b:1");
});

test("where the current one is gone, the first is next; and a node that knows nobody changes nothing", () => {
  const addresses = book("a:1");
  addresses.learn(["b:1", "c:1"]);
  addresses.advance();
  expect(addresses.current).toBe("b:1");

  addresses.learn([]);
  expect(addresses.all).toEqual(["a:1", "b:1", "c:1"]);
  addresses.learn(["d:1"]);
  addresses.advance();

  expect(addresses.current).toBe("a:1");
});

test("no more addresses are kept than the limit", () => {
  const addresses = book("a:1");

  addresses.learn(["b:1", "c:1", "d:1", "e:1", "f:1"]);

  expect(addresses.size).toBe(4);
});

test.each([
  ["127.0.0.1:2379", ["127.0.0.1:2379"]],
  ["a:1, b:2,a:1", ["a:1", "b:2"]],
  ["http://a:1/", ["a:1"]],
  ["[::1]:2379", ["[::1]:2379"]],
])("%s is read as %j", (text, expected) => {
  expect(parseAddresses(text, 8)).toEqual(expected);
});

test.each(["", "localhost", "a:0", "a:65536", "https://a:1", "a b:1"])(
  "%j is refused as an address",
  (text) => {
    expect(() => parseAddresses(text, 8)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  },
);
