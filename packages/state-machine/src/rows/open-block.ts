import { assert } from "@holdfast/base";
import { type BlockEvent, encodeBlock, eventBytesMax } from "./block.ts";
import type { RowEncoder } from "./row-encoder.ts";
import type { BlockId, EventReference } from "./row-layout.ts";

/**
 * The block that events are being added to. Rows may refer to it before it is
 * written, so whoever follows such a reference asks here first; it is written
 * before they are published.
 */
export class OpenBlock {
  #id: BlockId | undefined;
  #events: BlockEvent[] = [];
  #bytes = 0;

  /** What it takes written, bytes, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#id === undefined;
  }

  /** Adds an event and tells where it stands. */
  add(event: BlockEvent): EventReference {
    this.#id ??= { blockRevision: event.modRevision, blockSub: event.sub };
    const ordinal = this.#events.push(event) - 1;
    this.#bytes += eventBytesMax(event);
    return { ...this.#id, ordinal };
  }

  /** The event of a reference, if it stands in this block. */
  find(reference: EventReference): BlockEvent | undefined {
    const { blockRevision, blockSub, ordinal } = reference;
    if (this.#id?.blockRevision !== blockRevision || this.#id.blockSub !== blockSub) {
      return undefined;
    }
    return this.#events[ordinal];
  }

  /** Ends the block; the next event begins another. */
  take(encoder: RowEncoder): { readonly id: BlockId; readonly block: Uint8Array } {
    assert(this.#id !== undefined, "an empty block is never written");
    const taken = { id: this.#id, block: encodeBlock(encoder, this.#id, this.#events) };
    this.#id = undefined;
    this.#events = [];
    this.#bytes = 0;
    return taken;
  }
}
