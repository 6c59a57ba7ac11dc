import { encodeEvent, type WireEvent, type WireWatchResponse } from "@holdfast/protocol";
import type { WatchedEvent } from "@holdfast/service";

export type WatchSerializer = (response: WireWatchResponse) => Buffer;

/** A change in both its forms: with what was before it, and without. */
interface WireForms {
  plain?: WireEvent;
  withPrevious?: WireEvent;
}

/**
 * Turns a change into its wire form, and that into bytes, once for all who watch it. Messages
 * of protobuf that stand behind each other are one, so an answer's events are appended to it.
 */
export class SharedEvents {
  readonly #serialize: WatchSerializer;
  readonly #forms = new WeakMap<WatchedEvent["event"], WireForms>();
  readonly #bytes = new WeakMap<WireEvent, Buffer>();

  constructor(serialize: WatchSerializer) {
    this.#serialize = serialize;
  }

  wireOf({ event, previous }: WatchedEvent): WireEvent {
    let forms = this.#forms.get(event);
    if (forms === undefined) {
      forms = {};
      this.#forms.set(event, forms);
    }
    if (previous === undefined) {
      forms.plain ??= encodeEvent(event, undefined);
      return forms.plain;
    }
    forms.withPrevious ??= encodeEvent(event, previous);
    return forms.withPrevious;
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
