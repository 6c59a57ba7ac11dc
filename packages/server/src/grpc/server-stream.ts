import { type handleServerStreamingCall, type ServerWritableStream, status } from "@grpc/grpc-js";
import type { Logger } from "@holdfast/base";
import { statusOfError, unforeseenStatus, type WireStatus } from "@holdfast/protocol";
import type { CallContext } from "@holdfast/service";
import type { MethodCalls } from "../requests/call-ledger.ts";
import { contextOf } from "./unary-call.ts";

/** One method that answers with a stream of messages, and makes the next only when there is room for it. */
export interface StreamMethod<Request, Response> {
  readonly calls: MethodCalls;
  readonly logger: Logger;
  /** Ends early, at its next message, when the client is gone; what it holds open is closed then. */
  serve(request: Request, context: CallContext): AsyncIterable<Response>;
}

/** Thrown by whoever serves a call to end it with a status. */
export class RefusedCallError extends Error {
  readonly status: WireStatus;

  constructor(refused: WireStatus) {
    super(refused.details);
    this.status = refused;
  }
}

/** Messages of one stream that were made and that the client has not taken yet. */
const UNTAKEN_MESSAGES_MAX = 2;

/** The gRPC handler of a method: counts it, waits for the client, and turns whatever is thrown into etcd's status. */
export function serverStream<Request, Response>(
  method: StreamMethod<Request, Response>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    method.calls.started();
    // Whatever it rejected with is no longer awaited by anybody.
    void send(method, call).then((code) => method.calls.ended(code));
  };
}

async function send<Request, Response>(
  method: StreamMethod<Request, Response>,
  call: ServerWritableStream<Request, Response>,
): Promise<status> {
  const outlet = new Outlet(call);
  try {
    for await (const message of method.serve(call.request, contextOf(call))) {
      if (!(await outlet.send(message))) return status.CANCELLED;
    }
    call.end();
    return status.OK;
  } catch (failure) {
    if (call.cancelled) return status.CANCELLED;
    const told = statusOf(method, failure);
    call.emit("error", told);
    return told.code;
  }
}

function statusOf<Request, Response>(
  { calls, logger }: StreamMethod<Request, Response>,
  failure: unknown,
): WireStatus {
  if (failure instanceof RefusedCallError) return failure.status;
  const known = statusOfError(failure);
  if (known !== undefined) return known;
  const { service, method } = calls.name;
  logger.error({ failure, service, method }, "a call failed unexpectedly");
  return unforeseenStatus(failure);
}

/** Writes to a call, never far ahead of its client. */
class Outlet<Response> {
  readonly #call: ServerWritableStream<unknown, Response>;
  #untaken = 0;
  #wake: () => void = () => undefined;

  constructor(call: ServerWritableStream<unknown, Response>) {
    this.#call = call;
    call.on("cancelled", () => this.#wake());
  }

  /** Resolves when there is room for the next; with `false` if the client is gone. */
  async send(message: Response): Promise<boolean> {
    if (this.#call.cancelled) return false;
    this.#untaken++;
    this.#call.write(message, () => {
      this.#untaken--;
      this.#wake();
    });
    while (this.#untaken >= UNTAKEN_MESSAGES_MAX && !this.#call.cancelled) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return !this.#call.cancelled;
  }
}
