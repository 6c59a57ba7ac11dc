import { FIRST_GROUP, type Logger } from "@holdfast/base";
import type { PeerMessage } from "@holdfast/replica";
import { encodePeerFrame, peerMessageBytes } from "../peer-codec.ts";
import { FRAME_OVERHEAD_BYTES, type PeerLimits } from "../peer-limits.ts";
import type { PeerCounters } from "../peer-stats.ts";

/** What a lane stands on. */
export interface LaneWriterPorts {
  readonly limits: PeerLimits;
  readonly counters: PeerCounters;
  readonly logger: Logger;
  /** Hands a frame to the stream; `taken` is called when the socket has it. */
  write(frame: Uint8Array, taken: () => void): void;
}

/**
 * The sending side of one lane: what one turn says goes into one frame.
 *
 * 1. Messages leave in the order in which they were pushed.
 * 2. `#queuedBytes` and the queue's length stay within the limits; what does not
 *    fit is refused, never what is already queued.
 * 3. At most `framesInFlightMax` frames and about `frameBytesMax` bytes are with
 *    the stream; the rest waits here, where it is counted.
 */
export class LaneWriter {
  readonly #ports: LaneWriterPorts;
  #queue: PeerMessage[] = [];
  #queuedBytes = 0;
  #framesInFlight = 0;
  #bytesInFlight = 0;
  #flushScheduled = false;
  #closed = false;

  constructor(ports: LaneWriterPorts) {
    this.#ports = ports;
  }

  get queuedBytes(): number {
    return this.#queuedBytes + this.#bytesInFlight;
  }

  /** Queues a message for the frame of this turn; `false`: dropped, the queue is full. */
  push(message: PeerMessage): boolean {
    const { limits, logger } = this.#ports;
    const bytes = peerMessageBytes(message);
    if (bytes > limits.wireBytesMax - FRAME_OVERHEAD_BYTES) {
      logger.error({ bytes, bytesMax: limits.wireBytesMax }, "message too large for any frame");
      return false;
    }
    if (this.#closed || this.#queue.length >= limits.queueMessagesMax) return false;
    if (this.#queuedBytes + bytes > limits.queueBytesMax) return false;
    this.#queue.push(message);
    this.#queuedBytes += bytes;
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      queueMicrotask(() => this.#flush());
    }
    return true;
  }

  /** Forgets what waits; returns how many messages that were. */
  close(): number {
    const lost = this.#queue.length;
    this.#closed = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    return lost;
  }

  #flush(): void {
    this.#flushScheduled = false;
    while (this.#queue.length > 0 && this.#mayWrite()) this.#writeFrame();
  }

  #mayWrite(): boolean {
    const { framesInFlightMax, frameBytesMax } = this.#ports.limits;
    return this.#framesInFlight < framesInFlightMax && this.#bytesInFlight < frameBytesMax;
  }

  #writeFrame(): void {
    const { counters, write } = this.#ports;
    const messages = this.#takeFrame();
    const frame = encodePeerFrame({ groupId: FIRST_GROUP, messages });
    counters.messagesSent += messages.length;
    counters.bytesSent += frame.length;
    this.#framesInFlight += 1;
    this.#bytesInFlight += frame.length;
    write(frame, () => {
      this.#framesInFlight -= 1;
      this.#bytesInFlight -= frame.length;
      this.#flush();
    });
  }

  /** The longest run of queued messages that one frame may hold, and at least one. */
  #takeFrame(): readonly PeerMessage[] {
    let count = 0;
    let bytes = 0;
    for (const message of this.#queue) {
      const weight = peerMessageBytes(message);
      if (count > 0 && bytes + weight > this.#ports.limits.frameBytesMax) break;
      bytes += weight;
      count += 1;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }
}
