import type { LogIndex, Millis } from "@holdfast/base";

interface Sent {
  readonly last: LogIndex;
  readonly bytes: number;
  readonly at: Millis;
}

/**
 * Appends on their way to one peer, bounded in count and bytes. The byte limit is
 * soft by one message, or an entry above it would never go.
 */
export class InflightWindow {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #sent: Sent[] = [];
  #bytes = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get full(): boolean {
    return this.#sent.length >= this.#messagesMax || this.#bytes >= this.#bytesMax;
  }

  get oldestAt(): Millis | undefined {
    return this.#sent[0]?.at;
  }

  add(last: LogIndex, bytes: number, at: Millis): void {
    this.#sent.push({ last, bytes, at });
    this.#bytes += bytes;
  }

  /** Everything up to `match` has arrived. */
  acknowledge(match: LogIndex): void {
    let freed = 0;
    for (const { last, bytes } of this.#sent) {
      if (last > match) break;
      this.#bytes -= bytes;
      freed++;
    }
    if (freed > 0) this.#sent.splice(0, freed);
  }

  reset(): void {
    this.#sent = [];
    this.#bytes = 0;
  }
}
