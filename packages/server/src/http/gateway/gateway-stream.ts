import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { status, type UntypedHandleCall } from "@grpc/grpc-js";
import { messageOf } from "@holdfast/base";
import type { WireStatus } from "@holdfast/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import { whenOver } from "./caller-gone.ts";
import { StreamCall, type StreamOutlet } from "./gateway-calls.ts";
import { type MethodCodec, metadataOf } from "./gateway-codec.ts";
import { failureBody, httpStatusOf } from "./gateway-status.ts";
import { JSON_TYPE, oneObject } from "./gateway-unary.ts";
import { JsonSequence } from "./json-sequence.ts";
import { RequestPace } from "./request-pace.ts";

/** What the body of a streaming call may hold ahead of what was understood, bytes. */
interface StreamLimits {
  readonly requestBytesMax: number;
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * Serves one streaming call that came as JSON by the handler that serves it over gRPC: a line of JSON for
 * each answer. Where the client streams too, the body may hold one request behind the other.
 */
export async function serveStream(
  handler: UntypedHandleCall,
  codec: MethodCodec,
  {
    request,
    reply,
    requestStream,
    requestBytesMax,
  }: Exchange & StreamLimits & { readonly requestStream: boolean },
): Promise<void> {
  // The call is as much of gRPC's own as handlers look at.
  const serve = handler as unknown as (call: StreamCall) => void;
  reply.hijack();
  const lines = new ResponseLines(reply, codec);
  const body = request.body as IncomingMessage | undefined;
  try {
    const metadata = metadataOf(request.headers);
    const first = requestStream
      ? undefined
      : codec.request(oneObject(await whole(body, requestBytesMax)));
    const call = new StreamCall(first, metadata, lines);
    whenOver(reply, () => call.cancel());
    serve(call);
    if (requestStream) await readRequests(call, body, { codec, lines, requestBytesMax });
  } catch (failure) {
    lines.ended({ code: status.INVALID_ARGUMENT, details: messageOf(failure) });
  }
}

/** Hands on what the body holds, as it comes; its end is the client's half of the stream. */
async function readRequests(
  call: StreamCall,
  body: IncomingMessage | undefined,
  {
    codec,
    lines,
    requestBytesMax,
  }: StreamLimits & { readonly codec: MethodCodec; readonly lines: ResponseLines },
): Promise<void> {
  const sequence = new JsonSequence(requestBytesMax);
  const decoder = new TextDecoder();
  const pace = new RequestPace();
  try {
    for await (const piece of body ?? []) {
      if (call.isOver) continue;
      for (const json of sequence.push(decoder.decode(piece as Buffer, { stream: true }))) {
        await pace.step();
        await call.ask(codec.request(json));
      }
    }
    if (call.isOver) return;
    sequence.end();
    call.push(null);
  } catch (failure) {
    if (call.cancelled) return;
    lines.ended({ code: status.INVALID_ARGUMENT, details: messageOf(failure) });
    call.cancel();
  }
}

async function whole(
  body: IncomingMessage | undefined,
  bytesMax: number,
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > bytesMax) throw new Error(`a request of more than ${bytesMax} bytes`);
  }
  return Buffer.concat(pieces);
}

/** Writes answers as lines. The head waits for the first: a call that fails at once has the HTTP status of its failure. */
class ResponseLines implements StreamOutlet {
  readonly #response: ServerResponse;
  readonly #headers: Record<string, string>;
  readonly #codec: MethodCodec;
  #isOver = false;

  constructor(reply: FastifyReply, codec: MethodCodec) {
    this.#response = reply.raw;
    // What hooks have set stands on the reply, which is not asked any more.
    this.#headers = {
      ...(reply.getHeaders() as Record<string, string>),
      "content-type": JSON_TYPE,
    };
    this.#codec = codec;
  }

  async message(message: object): Promise<void> {
    const text = await this.#codec.response(message);
    if (this.#isOver || this.#response.destroyed) return;
    this.#begin(200);
    if (this.#response.write(`{"result":${text}}\n`)) return;
    const gone = new AbortController();
    const { signal } = gone;
    await Promise.race([
      once(this.#response, "drain", { signal }),
      once(this.#response, "close", { signal }),
    ]);
    gone.abort();
  }

  ended(failure: WireStatus | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#begin(failure === undefined ? 200 : httpStatusOf(failure.code));
    this.#response.end(
      failure === undefined ? "" : `${JSON.stringify({ error: failureBody(failure) })}\n`,
    );
  }

  #begin(httpStatus: number): void {
    if (!this.#response.headersSent) this.#response.writeHead(httpStatus, this.#headers);
  }
}
