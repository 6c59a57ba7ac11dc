import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import type { Cancel, Clock, Logger } from "@holdfast/base";
import { MalformedPeerDataError } from "@holdfast/protocol";
import type { PeerIdentity, PeerMessage } from "@holdfast/replica";
import { decodePeerFrame } from "../peer-codec.ts";
import { decodeIdentity, encodeIdentity } from "./identity-codec.ts";
import type { WireFrame, WireIdentity } from "./peer-wire.ts";

/** The server side of one lane. */
export type ServerStream = ServerDuplexStream<WireFrame, WireFrame>;

/** What a stream stands on, and whom it tells. */
export interface IncomingStreamPorts {
  readonly identity: () => PeerIdentity;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly handshakeTimeoutMs: number;
  /** Why the caller's messages are not taken; `undefined`: they are. */
  greet(caller: PeerIdentity): string | undefined;
  /** Called once for a caller that is taken, before its first message. */
  opened(caller: PeerIdentity): void;
  received(caller: PeerIdentity, messages: readonly PeerMessage[]): void;
  /** The stream is over; `broken` unless both sides meant it. */
  ended(caller: PeerIdentity | undefined, broken: boolean): void;
}

/**
 * One lane that a peer opened: an identity, then frames.
 *
 * Whatever does not belong there ends this stream with a status that says why,
 * and nothing else.
 */
export class IncomingStream {
  readonly #call: ServerStream;
  readonly #ports: IncomingStreamPorts;
  #caller: PeerIdentity | undefined;
  #ended = false;
  #cancelGreeting: Cancel | undefined;

  constructor(call: ServerStream, ports: IncomingStreamPorts) {
    this.#call = call;
    this.#ports = ports;
  }

  start(): void {
    const { clock, handshakeTimeoutMs } = this.#ports;
    this.#cancelGreeting = clock.timer(handshakeTimeoutMs, () =>
      this.end(status.DEADLINE_EXCEEDED, `no identity within ${handshakeTimeoutMs} ms`),
    );
    this.#call.on("data", (frame: WireFrame) => this.#guard(() => this.#receive(frame)));
    this.#call.on("end", () => {
      this.#over(false);
      this.#call.end();
    });
    this.#call.on("cancelled", () => this.#over(true));
    this.#call.on("close", () => this.#over(true));
  }

  /** Ends the stream with a status that the peer logs. */
  end(code: status, details: string): void {
    if (this.#ended) return;
    this.#over(false);
    this.#call.emit("error", { code, details });
  }

  #receive(frame: WireFrame): void {
    if (this.#ended) return;
    const caller = this.#caller;
    if (frame.identity !== undefined && frame.identity !== null) {
      if (caller !== undefined) throw new MalformedPeerDataError("a second identity on one stream");
      this.#introduced(frame.identity);
      return;
    }
    if (frame.messages === undefined || frame.messages === null) {
      throw new MalformedPeerDataError("a frame holds neither an identity nor messages");
    }
    if (caller === undefined) throw new MalformedPeerDataError("messages before an identity");
    this.#ports.received(caller, decodePeerFrame(frame.messages).messages);
  }

  #introduced(wire: WireIdentity): void {
    const caller = decodeIdentity(wire);
    const refusal = this.#ports.greet(caller);
    if (refusal !== undefined) {
      this.end(status.FAILED_PRECONDITION, refusal);
      return;
    }
    this.#cancelGreeting?.();
    this.#caller = caller;
    this.#call.write({ identity: encodeIdentity(this.#ports.identity()) });
    this.#ports.opened(caller);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (failure) {
      if (!(failure instanceof MalformedPeerDataError)) throw failure;
      const from = this.#caller?.name ?? this.#call.getPeer();
      this.#ports.logger.warn({ from, reason: failure.message }, "peer stream refused");
      // What cannot be read before an introduction is another version; after it, damage.
      const code =
        this.#caller === undefined ? status.FAILED_PRECONDITION : status.INVALID_ARGUMENT;
      this.end(code, failure.message);
    }
  }

  #over(broken: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelGreeting?.();
    this.#ports.ended(this.#caller, broken);
  }
}
