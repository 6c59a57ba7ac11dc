import type { Revision } from "@holdfast/base";
import type { KeyValue } from "@holdfast/state-machine";

const decoder = new TextDecoder();

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
    return decoder.decode(this.keyBytes);
  }

  /** The value as UTF-8 text. */
  text(): string {
    return decoder.decode(this.value);
  }

  /**
   * The value read as JSON. `T` is a promise of the caller's, not checked.
   *
   * @throws SyntaxError if the value is no JSON.
   */
  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T;
  }
}
