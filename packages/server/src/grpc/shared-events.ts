import { encodeEvent, type WireEvent, type WireWatchResponse } from "@holdfast/protocol";
import type { WatchedEvent } from "@holdfast/service";
import type { KeyValue } from "@holdfast/state-machine";

export type WatchSerializer = (response: WireWatchResponse) => Buffer;

/**
 * Turns a change into its wire form, and that into bytes, once for all who watch it. Messages
 * of protobuf that stand behind each other are one, so an answer's events are appended to it.
 */
export class SharedEvents {
  readonly #serialize: WatchSerializer;
  readonly #plain = new WeakMap<WatchedEvent["event"], WireEvent>();
  /** By what was before: a change is kept for longer than that. */
  readonly #withPrevious = new WeakMap<KeyValue, WireEvent>();
  readonly #bytes = new WeakMap<WireEvent, Buffer>();

  constructor(serialize: WatchSerializer) {
    this.#serialize = serialize;
  }

  wireOf({ event, previous }: WatchedEvent): WireEvent {
    const known =
      previous === undefined ? this.#plain.get(event) : this.#withPrevious.get(previous);
    if (known !== undefined) return known;
    const wire = encodeEvent(event, previous);
    if (previous === undefined) this.#plain.set(event, wire);
    else this.#withPrevious.set(previous, wire);
    return wire;
  }

  /** The event as a part of an answer. */
  bytesOf(event: WireEvent): Buffer {
    let bytes = this.#bytes.get(event);
    if (bytes === undefined) {
      bytes = this.#serialize({ events: [event] });
      this.#bytes.set(event, bytes);
    }
    return bytes;
  }

  /** The serializer of the method. */
  readonly serialize: WatchSerializer = (response) => {
    const { events = [], ...rest } = response;
    const head = this.#serialize(rest);
    if (events.length === 0) return head;
    return Buffer.concat([head, ...events.map((event) => this.bytesOf(event))]);
  };
}
