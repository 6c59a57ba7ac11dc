import { type ServerDuplexStream, type StatusObject, status } from "@grpc/grpc-js";
import type { MethodCalls } from "../requests/call-ledger.ts";

/** What an answer takes in memory beside its bytes until the client has taken it. */
const ANSWER_OVERHEAD_BYTES = 1024;

/**
 * Writes the answers of one stream, counts what its client has not taken, and ends the call
 * once. While more waits than the limit, or the reader asks for it, the client's side is not read.
 */
export class CallOutbox<Request, Answer> {
  readonly #call: ServerDuplexStream<Request, Answer>;
  readonly #calls: MethodCalls;
  readonly #bytesMax: number;
  readonly #taken: () => void;
  #bytes = 0;
  #isPaused = false;
  #isHalfClosed = false;
  #isClosed = false;

  constructor(
    call: ServerDuplexStream<Request, Answer>,
    parts: {
      readonly calls: MethodCalls;
      readonly bytesMax: number;
      /** The client took something. */
      readonly taken?: () => void;
    },
  ) {
    this.#call = call;
    this.#calls = parts.calls;
    this.#bytesMax = parts.bytesMax;
    this.#taken = parts.taken ?? (() => undefined);
    call.on("end", () => {
      this.#isHalfClosed = true;
    });
  }

  /** Bytes that the client has not taken, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The client has said its last word. */
  get isHalfClosed(): boolean {
    return this.#isHalfClosed;
  }

  write(answer: Answer, bytes: number): void {
    if (this.#isClosed) return;
    const weight = bytes + ANSWER_OVERHEAD_BYTES;
    this.#bytes += weight;
    this.#call.write(answer, () => {
      this.#bytes -= weight;
      this.#updateFlow();
      this.#taken();
    });
    this.#updateFlow();
  }

  pause(): void {
    this.#isPaused = true;
    this.#call.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#updateFlow();
  }

  close(final: Pick<StatusObject, "code" | "details">): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (final.code === status.OK) this.#call.end();
    else this.#call.emit("error", final);
    this.#calls.ended(final.code);
  }

  /** The client is gone, so nothing can be sent. */
  gone(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#calls.ended(status.CANCELLED);
  }

  #updateFlow(): void {
    if (this.#isClosed) return;
    if (this.#isPaused || this.#bytes > this.#bytesMax) this.#call.pause();
    else if (this.#call.isPaused()) this.#call.resume();
  }
}
