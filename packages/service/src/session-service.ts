import { OverloadedError } from "@holdfast/replica";
import type { SessionSink } from "./session-messages.ts";
import { type SessionPorts, SessionStream } from "./session-stream.ts";

/** All session streams of a node. */
export class SessionService {
  readonly #ports: SessionPorts;
  readonly #streams = new Set<SessionStream>();
  readonly #forget: (stream: SessionStream) => void;
  #draining = false;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.#forget = (stream) => {
      this.#streams.delete(stream);
    };
  }

  get streams(): number {
    return this.#streams.size;
  }

  /**
   * A new stream; its answers go to `sink`.
   *
   * @throws OverloadedError when there are {@link SessionPorts.limits}.streamsMax already, or the node drains.
   */
  open(sink: SessionSink): SessionStream {
    if (this.#draining) throw new OverloadedError("this node is stopping; connect to another");
    if (this.#streams.size >= this.#ports.limits.streamsMax) {
      throw new OverloadedError(
        `${this.#streams.size} session streams are open here; connect to another node`,
      );
    }
    const stream = new SessionStream(this.#ports, sink, this.#forget);
    this.#streams.add(stream);
    return stream;
  }

  /** Ends each stream as soon as all that it has in flight is answered. */
  drain(): void {
    this.#draining = true;
    for (const stream of [...this.#streams]) stream.drain();
  }
}
