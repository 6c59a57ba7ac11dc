import { describe, expect, test } from "vitest";
import { withPlainAuthority } from "./plain-authority.ts";
import { decodeUrlHuffman } from "./url-huffman.ts";

/** What etcdctl 3.4.23 sent for `--endpoints=http://127.0.0.1:36633 endpoint status`: its first header block. */
const BLOCK = [
  "8386459760a924882d9dcb6571afa066a925a87510ac6e48d36a3f",
  "41909d29aee30c044eae05c0b86e32e38cb3",
  "5f8b1d75d0620d263d4c4d65647a8b9acac8b4c7602bb2caecff40027465864d833505b11f40899acac8b24d494f6a7f867df69f0356ff",
  "408d25062d495875996ee5b1063d5f03332e34",
] as const;
const [BEFORE, AUTHORITY, ...BEHIND] = BLOCK;

function bytes(...hex: readonly string[]): Buffer {
  return Buffer.from(hex.join(""), "hex");
}

/** The field `:authority` with its value as it is. */
function plain(value: string): string {
  return `41${Buffer.from([value.length]).toString("hex")}${Buffer.from(value).toString("hex")}`;
}

describe("the authority of a first header block", () => {
  test("that is a URL loses its scheme; nothing else changes", () => {
    expect(withPlainAuthority(bytes(...BLOCK))).toEqual(
      bytes(BEFORE, plain("127.0.0.1:36633"), ...BEHIND),
    );
  });

  test.each([
    ["http://127.0.0.1:2379", "127.0.0.1:2379"],
    ["https://etcd-0.example.com:2379/", "etcd-0.example.com:2379"],
    ["http://[::1]:2379", "[::1]:2379"],
  ])("%s becomes %s", (url, host) => {
    expect(withPlainAuthority(bytes(BEFORE, plain(url)))).toEqual(bytes(BEFORE, plain(host)));
  });

  test("that is a host and a port is left as it is", () => {
    expect(withPlainAuthority(bytes(BEFORE, plain("127.0.0.1:2379")))).toBeUndefined();
  });

  test("is left as it is in a block that ends early, wherever that is", () => {
    const whole = bytes(BEFORE, AUTHORITY);

    for (let length = 0; length < whole.length; length++)
      expect(withPlainAuthority(whole.subarray(0, length))).toBeUndefined();
  });

  test("is left as it is behind a length without end", () => {
    expect(withPlainAuthority(bytes("41", "ff".repeat(20)))).toBeUndefined();
  });
});

describe("a Huffman-coded text", () => {
  test("of a URL is read", () => {
    expect(decodeUrlHuffman(bytes(AUTHORITY).subarray(2))).toBe("http://127.0.0.1:36633");
  });

  test("of RFC 7541's examples is read", () => {
    expect(decodeUrlHuffman(bytes("f1e3c2e5f23a6ba0ab90f4ff"))).toBe("www.example.com");
    expect(decodeUrlHuffman(bytes("9d29ad171863c78f0b97c8e9ae82ae43d3"))).toBe(
      "https://www.example.com",
    );
  });

  test("of anything else is none, and so is one with too much padding", () => {
    expect(decodeUrlHuffman(bytes("ffffffff"))).toBeUndefined();
    expect(decodeUrlHuffman(bytes("f1e3c2e5f23a6ba0ab90f4ffff"))).toBeUndefined();
  });
});
