import type { Revision } from "@holdfast/base";
import type { KeyValue } from "@holdfast/state-machine";

/** Keeps a byte order mark, which is left out else: text that is put back must be what was read. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** `JSON.parse` refuses a byte order mark. */
const jsonDecoder = new TextDecoder();

/** What is no UTF-8 becomes U+FFFD; all else is as it was put. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** One key with its value at one revision. Text is decoded only when it is asked for. */
export class Entry {
  readonly keyBytes: Uint8Array;
  readonly value: Uint8Array;
  /** The revision at which the key was made, or made again. */
  readonly createRevision: Revision;
  /** The revision of this value: what a transaction compares to write only over what was read. */
  readonly modRevision: Revision;
  /** 1 at creation, one more with each put. */
  readonly version: number;
  /** 0n is none. */
  readonly lease: bigint;

  constructor(kv: KeyValue) {
    this.keyBytes = kv.key;
    this.value = kv.value;
    this.createRevision = kv.createRevision;
    this.modRevision = kv.modRevision;
    this.version = kv.version;
    this.lease = kv.lease;
  }

  /** The key as UTF-8 text; keys that are none lose by it, {@link keyBytes} does not. */
  get key(): string {
    return textOf(this.keyBytes);
  }

  /** The value as UTF-8 text. */
  text(): string {
    return textOf(this.value);
  }

  /**
   * The value read as JSON. `T` is a promise of the caller's, not checked.
   *
   * @throws SyntaxError if the value is no JSON.
   */
  json<T = unknown>(): T {
    return JSON.parse(jsonDecoder.decode(this.value)) as T;
  }
}
