import { describe, expect, test } from "vitest";
import { checkedAddress, peerAddressOf } from "./member-fields.ts";

describe("the URL of a peer", () => {
  test.each([
    ["http://10.0.0.1:2380", "10.0.0.1:2380"],
    ["https://n1.zone-a.example:2380", "n1.zone-a.example:2380"],
    [" HTTP://[::1]:2380 ", "[::1]:2380"],
  ])("%s names an address", (url, address) => {
    expect(peerAddressOf([url])).toBe(address);
  });

  test.each([
    [[]],
    [["http://n1:2380", "http://n1:2381"]],
    [["n1:2380"]],
    [["unix://n1:2380"]],
    [["http://n1:2380/"]],
    [["http://n1:2380/path"]],
    [["http://n1:2380?query"]],
    [["http://user@n1:2380"]],
    [["http://n1"]],
    [["http://:2380"]],
    [["http://n1:0"]],
    [["http://n1:65536"]],
  ])("%s names none", (urls) => {
    expect(() => peerAddressOf(urls)).toThrow(
      expect.objectContaining({ code: "INVALID_MEMBER_URLS" }),
    );
  });

  test("an address without a URL is held to the same", () => {
    expect(checkedAddress("n1:2380")).toBe("n1:2380");
    expect(() => checkedAddress("user@n1:2380")).toThrow(
      expect.objectContaining({ code: "INVALID_MEMBER_URLS" }),
    );
  });
});
