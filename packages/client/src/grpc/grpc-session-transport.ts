import {
  type ChannelCredentials,
  type ChannelOptions,
  credentials,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadProtocol, type SessionClient } from "@holdfast/protocol";
import type {
  SessionFrame,
  SessionStream,
  SessionStreamHandlers,
  SessionTransport,
} from "../core/session-transport.ts";
import { CHANNEL_OPTIONS } from "./channel-options.ts";
import { failureReason } from "./failure-reason.ts";
import { decodeReply, encodeFrame } from "./session-wire-codec.ts";

interface SessionProtocol {
  readonly holdfast: {
    readonly v1: {
      readonly Session: new (
        address: string,
        channelCredentials: ChannelCredentials,
        options: ChannelOptions,
      ) => SessionClient;
    };
  };
}

/** Session streams over gRPC, each on a connection of its own. */
export class GrpcSessionTransport implements SessionTransport {
  readonly #protocol: SessionProtocol;

  constructor() {
    this.#protocol = loadProtocol("holdfast/v1/session.proto") as unknown as SessionProtocol;
  }

  open(address: string, handlers: SessionStreamHandlers): SessionStream {
    const client = new this.#protocol.holdfast.v1.Session(
      address,
      credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
    return new GrpcSessionStream(client, handlers);
  }
}

class GrpcSessionStream implements SessionStream {
  readonly #client: SessionClient;
  readonly #call: ReturnType<SessionClient["Open"]>;
  readonly #handlers: SessionStreamHandlers;
  #isOver = false;

  constructor(client: SessionClient, handlers: SessionStreamHandlers) {
    this.#client = client;
    this.#handlers = handlers;
    this.#call = client.Open();
    this.#call.on("data", (wire) => {
      if (this.#isOver) return;
      const reply = decodeReply(wire);
      if (reply === undefined) this.#end("the node sent a reply that this client does not know");
      else handlers.received(reply);
    });
    this.#call.on("error", (error: ServiceError) => this.#end(failureReason(error), error));
    this.#call.on("end", () => this.#end("the node ended the stream"));
  }

  send(frame: SessionFrame): void {
    if (!this.#isOver) this.#call.write(encodeFrame(frame));
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#call.cancel();
    this.#client.close();
  }

  #end(reason: string, cause?: unknown): void {
    if (this.#isOver) return;
    this.close();
    this.#handlers.ended(reason, cause);
  }
}
