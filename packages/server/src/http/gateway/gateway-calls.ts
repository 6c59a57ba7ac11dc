import { EventEmitter } from "node:events";
import { Duplex } from "node:stream";
import type { Metadata } from "@grpc/grpc-js";
import { statusOfError, unforeseenStatus, type WireStatus } from "@holdfast/protocol";
import { wholeStatus } from "./gateway-status.ts";

/** A unary call that came as JSON, as much of it as handlers of gRPC look at. */
export class UnaryCall extends EventEmitter {
  readonly request: object;
  readonly metadata: Metadata;
  cancelled = false;

  constructor(request: object, metadata: Metadata) {
    super();
    this.request = request;
    this.metadata = metadata;
  }

  /** No caller over HTTP says how long it will wait; it goes away instead. */
  getDeadline(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** The client is gone. */
  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.emit("cancelled", "cancelled");
  }
}

/** Where a stream's answers go. */
export interface StreamOutlet {
  /** Takes one message; resolves when there is room for another. */
  message(message: object): Promise<void>;
  /** The last word. */
  ended(failure: WireStatus | undefined): void;
}

/** A streaming call that came as JSON: requests are pushed in, answers are written out. */
export class StreamCall extends Duplex {
  /** The one request of a method whose client does not stream. */
  readonly request: object | undefined;
  readonly metadata: Metadata;
  cancelled = false;
  readonly #outlet: StreamOutlet;
  #wanted: () => void = () => undefined;
  #isOver = false;

  constructor(request: object | undefined, metadata: Metadata, outlet: StreamOutlet) {
    super({ objectMode: true, autoDestroy: false });
    this.request = request;
    this.metadata = metadata;
    this.#outlet = outlet;
    // A handler refuses a call by an error that is a status, as gRPC has it.
    this.on("error", (told: Partial<WireStatus>) => this.#over(wholeStatus(told)));
  }

  /** Nothing more is asked or answered. */
  get isOver(): boolean {
    return this.#isOver;
  }

  getDeadline(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Hands a request on; resolves when the handler wants another. */
  async ask(request: object): Promise<void> {
    if (this.#isOver || this.push(request)) return;
    await new Promise<void>((resolve) => {
      this.#wanted = resolve;
    });
  }

  /** The client is gone. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wanted();
    this.#tellCancelled();
  }

  override _read(): void {
    this.#wanted();
  }

  override _write(message: object, _encoding: string, done: (failure?: Error) => void): void {
    if (this.#isOver) return done();
    this.#outlet.message(message).then(
      () => done(),
      (failure: unknown) => {
        done();
        this.#fail(statusOfError(failure) ?? unforeseenStatus(failure));
      },
    );
  }

  override _final(done: () => void): void {
    this.#over(undefined);
    done();
  }

  /** Its answers do not get out any more: the handler has to be told, too. */
  #fail(failure: WireStatus): void {
    if (this.#isOver) return;
    this.#over(failure);
    this.#tellCancelled();
  }

  #tellCancelled(): void {
    this.cancelled = true;
    this.emit("cancelled", "cancelled");
    this.destroy();
  }

  #over(failure: WireStatus | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wanted();
    this.#outlet.ended(failure);
  }
}
