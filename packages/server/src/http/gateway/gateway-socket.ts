import { status, type UntypedHandleCall } from "@grpc/grpc-js";
import { messageOf } from "@holdfast/base";
import type { WireStatus } from "@holdfast/protocol";
import type { WebSocket } from "ws";
import { StreamCall, type StreamOutlet } from "./gateway-calls.ts";
import { type MethodCodec, metadataOf } from "./gateway-codec.ts";
import { failureBody } from "./gateway-status.ts";
import { JsonSequence } from "./json-sequence.ts";
import { RequestPace } from "./request-pace.ts";

/** How a socket is closed behind the last answer, and behind a failure (RFC 6455, section 7.4.1). */
const ENDED = 1000;
const FAILED = 1011;

export interface SocketCall {
  readonly handler: UntypedHandleCall;
  readonly codec: MethodCodec;
  readonly requestStream: boolean;
  readonly requestBytesMax: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

/**
 * Serves one streaming call over a WebSocket, as etcd's gateway does (etcd-v3.md §8): a message for each request, or
 * for several, and one for each answer. There is no half of it to close: whoever closes it ends the call.
 */
export function serveSocket(socket: WebSocket, call: SocketCall): void {
  const outlet = new SocketOutlet(socket, call.codec);
  const stream = new SocketStream(call, outlet);
  const requests = new SocketRequests(socket, { call, stream, outlet });
  socket.on("error", () => undefined);
  socket.once("close", () => stream.close());
  socket.on("message", (data: Buffer) => requests.received(data));
}

interface SocketParts {
  readonly call: SocketCall;
  readonly stream: SocketStream;
  readonly outlet: SocketOutlet;
}

/** Takes what messages hold, one request after the other: what the handler has no room for stays with the client. */
class SocketRequests {
  readonly #socket: WebSocket;
  readonly #parts: SocketParts;
  readonly #sequence: JsonSequence;
  readonly #pace = new RequestPace();
  /** What came in one piece before the socket paused. */
  #waiting: Buffer[] = [];
  #isTaking = false;

  constructor(socket: WebSocket, parts: SocketParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#sequence = new JsonSequence(parts.call.requestBytesMax);
  }

  received(data: Buffer): void {
    if (this.#parts.stream.isOver) return;
    this.#waiting.push(data);
    if (this.#isTaking) return;
    this.#isTaking = true;
    this.#socket.pause();
    void this.#takeAll();
  }

  async #takeAll(): Promise<void> {
    const { stream, outlet } = this.#parts;
    try {
      while (this.#waiting.length > 0) {
        const messages = this.#waiting;
        this.#waiting = [];
        for (const message of messages) await this.#take(message);
      }
    } catch (failure) {
      outlet.ended({ code: status.INVALID_ARGUMENT, details: messageOf(failure) });
      stream.close();
    }
    this.#isTaking = false;
    this.#socket.resume();
  }

  async #take(message: Buffer): Promise<void> {
    const { stream, call } = this.#parts;
    await this.#pace.step();
    if (stream.isOver) return;
    for (const json of this.#sequence.push(message.toString())) {
      await this.#pace.step();
      if (stream.isOver) return;
      await stream.take(call.codec.request(json));
    }
  }
}

/** A call that begins at once, or with its one request where its client does not stream. */
class SocketStream {
  readonly #call: SocketCall;
  readonly #outlet: SocketOutlet;
  #stream: StreamCall | undefined;
  #isClosed = false;

  constructor(call: SocketCall, outlet: SocketOutlet) {
    this.#call = call;
    this.#outlet = outlet;
    if (!call.requestStream) return;
    try {
      this.#begin(undefined);
    } catch (failure) {
      outlet.ended({ code: status.INVALID_ARGUMENT, details: messageOf(failure) });
    }
  }

  /** What a client sends yet, until it has closed its half, is for nobody. */
  get isOver(): boolean {
    return this.#isClosed || this.#outlet.isOver;
  }

  async take(request: object): Promise<void> {
    if (this.#call.requestStream) return this.#stream?.ask(request);
    if (this.#stream !== undefined) throw new Error("this method takes one request");
    this.#begin(request);
  }

  close(): void {
    this.#isClosed = true;
    this.#stream?.cancel();
  }

  #begin(request: object | undefined): void {
    const { handler, headers } = this.#call;
    this.#stream = new StreamCall(request, metadataOf(headers), this.#outlet);
    // The call is as much of gRPC's own as handlers look at.
    (handler as unknown as (call: StreamCall) => void)(this.#stream);
  }
}

/** Writes answers as messages. */
class SocketOutlet implements StreamOutlet {
  readonly #socket: WebSocket;
  readonly #codec: MethodCodec;
  #isOver = false;

  constructor(socket: WebSocket, codec: MethodCodec) {
    this.#socket = socket;
    this.#codec = codec;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  async message(message: object): Promise<void> {
    const text = await this.#codec.response(message);
    if (this.#isOver) return;
    await new Promise<void>((written) => {
      this.#socket.send(`{"result":${text}}`, () => written());
    });
  }

  ended(failure: WireStatus | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (failure !== undefined) {
      this.#socket.send(JSON.stringify({ error: failureBody(failure) }), () => undefined);
    }
    this.#socket.close(failure === undefined ? ENDED : FAILED);
  }
}
