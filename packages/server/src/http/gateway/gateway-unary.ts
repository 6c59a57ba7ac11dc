import { type sendUnaryData, status, type UntypedHandleCall } from "@grpc/grpc-js";
import { messageOf } from "@holdfast/base";
import { statusOfError, unforeseenStatus, type WireStatus } from "@holdfast/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import { whenOver } from "./caller-gone.ts";
import { UnaryCall } from "./gateway-calls.ts";
import { type MethodCodec, metadataOf } from "./gateway-codec.ts";
import { failureBody, httpStatusOf, wholeStatus } from "./gateway-status.ts";
import { JsonSequence } from "./json-sequence.ts";

/** The call is as much of gRPC's own as handlers look at. */
type Handler = (call: UnaryCall, callback: sendUnaryData<object>) => void;

/** Serves one unary call that came as JSON by the handler that serves it over gRPC. */
export async function serveUnary(
  handler: UntypedHandleCall,
  codec: MethodCodec,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  let call: UnaryCall;
  try {
    const json = oneObject(request.body as Buffer | undefined);
    call = new UnaryCall(codec.request(json), metadataOf(request.headers));
  } catch (failure) {
    return refuse(reply, { code: status.INVALID_ARGUMENT, details: messageOf(failure) });
  }
  whenOver(reply, () => {
    if (!reply.raw.writableFinished) call.cancel();
  });
  try {
    const answer = await answerOf(handler as unknown as Handler, call);
    return sent(reply, await codec.response(answer));
  } catch (failure) {
    if (failure instanceof CallFailure) return refuse(reply, failure.status);
    return refuse(reply, statusOfError(failure) ?? unforeseenStatus(failure));
  }
}

export const JSON_TYPE = "application/json";

export function refuse(
  reply: FastifyReply,
  refused: WireStatus,
  httpStatus: number = httpStatusOf(refused.code),
): FastifyReply {
  return reply
    .code(httpStatus)
    .type(JSON_TYPE)
    .send(JSON.stringify(failureBody(refused)));
}

/** As bytes, because fastify names the characters of texts in their type, and etcd does not. */
function sent(reply: FastifyReply, json: string): FastifyReply {
  return reply.header("content-type", JSON_TYPE).send(Buffer.from(json));
}

/** The one object of a body; no body is a request with all at its default. */
export function oneObject(body: Buffer | undefined): unknown {
  const sequence = new JsonSequence(Number.POSITIVE_INFINITY);
  let only: unknown;
  for (const one of sequence.push((body ?? "").toString())) {
    if (only !== undefined) throw new Error("the body holds more than one request");
    only = one;
  }
  sequence.end();
  return only ?? {};
}

class CallFailure extends Error {
  readonly status: WireStatus;

  constructor(failed: WireStatus) {
    super(failed.details);
    this.status = failed;
  }
}

function answerOf(handler: Handler, call: UnaryCall): Promise<object> {
  return new Promise((resolve, reject) => {
    handler(call, (failure, answer) => {
      if (failure) reject(new CallFailure(wholeStatus(failure)));
      else resolve(answer ?? {});
    });
  });
}
