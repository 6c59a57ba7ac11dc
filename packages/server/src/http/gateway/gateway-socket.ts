import { status, type UntypedHandleCall } from "@grpc/grpc-js";
import { messageOf } from "@holdfast/base";
import type { WireStatus } from "@holdfast/protocol";
import type { WebSocket } from "ws";
import { StreamCall, type StreamOutlet } from "./gateway-calls.ts";
import { type MethodCodec, metadataOf } from "./gateway-codec.ts";
import { failureBody } from "./gateway-status.ts";
import { JsonSequence } from "./json-sequence.ts";

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
  const { codec, requestBytesMax } = call;
  const sequence = new JsonSequence(requestBytesMax);
  const outlet = new SocketOutlet(socket, codec);
  const stream = new SocketStream(call, outlet);
  let taking = Promise.resolve();
  let untaken = 0;
  socket.on("error", () => undefined);
  socket.once("close", () => stream.close());
  socket.on("message", (data: Buffer) => {
    // One after the other: what the handler has no room for stays with the client.
    untaken++;
    socket.pause();
    taking = taking
      .then(async () => {
        for (const json of sequence.push(data.toString())) await stream.take(codec.request(json));
      })
      .catch((failure: unknown) => {
        outlet.ended({ code: status.INVALID_ARGUMENT, details: messageOf(failure) });
        stream.close();
      })
      .then(() => {
        untaken--;
        if (untaken === 0) socket.resume();
      });
  });
}

/** A call that begins at once, or with its one request where its client does not stream. */
class SocketStream {
  readonly #call: SocketCall;
  readonly #outlet: StreamOutlet;
  #stream: StreamCall | undefined;
  #isClosed = false;

  constructor(call: SocketCall, outlet: StreamOutlet) {
    this.#call = call;
    this.#outlet = outlet;
    if (call.requestStream) this.#begin(undefined);
  }

  async take(request: object): Promise<void> {
    if (this.#isClosed) return;
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
