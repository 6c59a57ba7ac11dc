import { compareBytes, emptyBytes } from "@holdfast/base";
import { invalidArgument } from "./request-error.ts";

/** Text is sent as UTF-8. Bytes must not change until the call has ended. */
export type BytesLike = string | Uint8Array;

/** One key, all keys with a prefix (`""`: every key), or those from `from` up to and without `to` (absent: to the end). */
export type KeySelector =
  | BytesLike
  | { readonly prefix: BytesLike }
  | { readonly from: BytesLike; readonly to?: BytesLike };

/** A selector in etcd's form. */
export interface KeyRange {
  readonly key: Uint8Array;
  /** Empty: one key; one zero byte: to the end. */
  readonly rangeEnd: Uint8Array;
}

const encoder = new TextEncoder();
const ZERO_BYTE: Uint8Array = new Uint8Array(1);

/** @throws RequestError `INVALID_ARGUMENT` for anything else, such as a number. */
export function toBytes(given: BytesLike): Uint8Array {
  if (typeof given === "string") return encoder.encode(given);
  if (isBytes(given)) return given;
  throw invalidArgument(`keys and values are text or a Uint8Array, got ${typeof given}`);
}

/** Also of another realm, as tests and sandboxes have them. */
function isBytes(given: unknown): given is Uint8Array {
  return Object.prototype.toString.call(given) === "[object Uint8Array]";
}

/** @throws RequestError `INVALID_ARGUMENT` for an empty key. */
export function toKey(given: BytesLike): Uint8Array {
  const key = toBytes(given);
  if (key.length === 0) throw invalidArgument("a key must not be empty");
  return key;
}

/** @throws RequestError `INVALID_ARGUMENT` for an empty key or a range that ends before it begins. */
export function toKeyRange(selector: KeySelector): KeyRange {
  if (!isRange(selector)) return { key: toKey(selector), rangeEnd: emptyBytes() };
  if ("prefix" in selector) return prefixRange(toBytes(selector.prefix));
  const key = firstKey(toBytes(selector.from));
  if (selector.to === undefined) return { key, rangeEnd: ZERO_BYTE };
  const rangeEnd = toBytes(selector.to);
  if (compareBytes(rangeEnd, key) <= 0)
    throw invalidArgument("a range's `to` must lie above its `from`");
  return { key, rangeEnd };
}

function isRange(selector: KeySelector): selector is Exclude<KeySelector, BytesLike> {
  if (typeof selector !== "object" || selector === null) return false;
  return "prefix" in selector || "from" in selector;
}

function prefixRange(prefix: Uint8Array): KeyRange {
  for (let last = prefix.length - 1; last >= 0; last--) {
    const byte = prefix[last] ?? 0;
    if (byte === 0xff) continue;
    const rangeEnd = prefix.slice(0, last + 1);
    rangeEnd[last] = byte + 1;
    return { key: prefix, rangeEnd };
  }
  return { key: firstKey(prefix), rangeEnd: ZERO_BYTE };
}

/** The least key there can be stands for "from the beginning". */
function firstKey(key: Uint8Array): Uint8Array {
  return key.length === 0 ? ZERO_BYTE : key;
}
