import type { LogIndex, Millis } from "@holdfast/base";

interface Sent {
  readonly last: LogIndex;
  readonly bytes: number;
  readonly at: Millis;
}

/** So many acknowledged appends stay at the front of the array before it is cut. */
const TIDY_AT = 32;

/**
 * Appends on their way to one peer, bounded in count and bytes. The byte limit is
 * soft by one message, or an entry above it would never go.
 */
export class InflightWindow {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #sent: Sent[] = [];
  /** How many of `#sent` have arrived but are not yet cut off its front. */
  #head = 0;
  #bytes = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get full(): boolean {
    return this.count >= this.#messagesMax || this.#bytes >= this.#bytesMax;
  }

  get count(): number {
    return this.#sent.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get oldestAt(): Millis | undefined {
    return this.#sent[this.#head]?.at;
  }

  add(last: LogIndex, bytes: number, at: Millis): void {
    this.#sent.push({ last, bytes, at });
    this.#bytes += bytes;
  }

  /** Everything up to `match` has arrived. */
  acknowledge(match: LogIndex): void {
    for (;;) {
      const oldest = this.#sent[this.#head];
      if (oldest === undefined || oldest.last > match) break;
      this.#bytes -= oldest.bytes;
      this.#head++;
    }
    if (this.#head === this.#sent.length) {
      this.#sent.length = 0;
      this.#head = 0;
    } else if (this.#head >= TIDY_AT) {
      this.#sent.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** The bytes of what is on its way, counted anew. */
  recount(): number {
    return this.#sent.slice(this.#head).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  reset(): void {
    this.#sent = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
