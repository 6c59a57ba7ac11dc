import {
  type handleUnaryCall,
  type ServerUnaryCall,
  type StatusObject,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { HoldfastError, type Logger } from "@holdfast/base";
import { statusOfError, unforeseenStatus, type WireStatus } from "@holdfast/protocol";
import type { CallContext } from "@holdfast/service";
import type { MethodCalls } from "../requests/call-ledger.ts";

/** One unary method: how a request is served and its result told. */
export interface UnaryMethod<Request, Served, Response> {
  readonly calls: MethodCalls;
  readonly logger: Logger;
  /** Serves a request; a result that needs no wait comes as it is. `signal` tells when the caller no longer waits. */
  serve(request: Request, context: CallContext, signal: () => AbortSignal): Served;
  /** The status of a result that is a refusal; `undefined` if it is an answer. */
  refusal?(result: NoInfer<Awaited<Served>>): WireStatus | undefined;
  encode(result: Awaited<Served>): Response;
  /** What a known error becomes on the wire; etcd's status if nothing else is said. */
  failed?(failure: HoldfastError, known: WireStatus): Partial<StatusObject>;
}

/** The gRPC handler of a method: counts it, and turns whatever is thrown into etcd's status. */
export function unaryCall<Request, Served, Response>(
  method: UnaryMethod<Request, Served, Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    method.calls.started();
    try {
      const served = method.serve(call.request, contextOf(call), () => abortSignalOf(call));
      if (!(served instanceof Promise)) {
        return answer(method, callback, served as Awaited<Served>);
      }
      served.then(
        (result: Awaited<Served>) => answer(method, callback, result),
        (failure: unknown) => fail(method, callback, failure),
      );
    } catch (failure) {
      fail(method, callback, failure);
    }
  };
}

/** What a call says about itself beside its request. */
export function contextOf(
  call: Pick<ServerUnaryCall<unknown, unknown>, "getDeadline" | "metadata">,
): CallContext {
  return {
    timeoutMs: remainingMs(call.getDeadline()),
    requireLeader: call.metadata.get("hasleader")[0] === "true",
  };
}

/** Aborted when the caller ends the call, its deadline does, or its connection is lost. */
export function abortSignalOf(call: Pick<ServerUnaryCall<unknown, unknown>, "on">): AbortSignal {
  const controller = new AbortController();
  call.on("cancelled", () => controller.abort());
  return controller.signal;
}

/**
 * gRPC tells the deadline by the clock on the wall, but ends the call by a timer. A call that is here and whose
 * deadline is over saw that clock jump, between its headers and its message: it is left to the server's own limit.
 */
function remainingMs(deadline: Date | number): number {
  const leftMs = Number(deadline) - Date.now();
  return leftMs > 0 ? leftMs : Number.POSITIVE_INFINITY;
}

function answer<Request, Served, Response>(
  method: UnaryMethod<Request, Served, Response>,
  callback: sendUnaryData<Response>,
  result: Awaited<Served>,
): void {
  let response: Response;
  try {
    const refused = method.refusal?.(result);
    if (refused !== undefined) {
      refuse(method, callback, refused);
      return;
    }
    response = method.encode(result);
  } catch (failure) {
    fail(method, callback, failure);
    return;
  }
  callback(null, response);
  method.calls.ended(status.OK);
}

function fail<Request, Served, Response>(
  method: UnaryMethod<Request, Served, Response>,
  callback: sendUnaryData<Response>,
  failure: unknown,
): void {
  const known = statusOfError(failure);
  if (known === undefined) {
    const { service, method: name } = method.calls.name;
    method.logger.error({ failure, service, method: name }, "a call failed unexpectedly");
  }
  const told =
    known !== undefined && failure instanceof HoldfastError
      ? method.failed?.(failure, known)
      : undefined;
  refuse(method, callback, known ?? unforeseenStatus(failure), told);
}

function refuse<Request, Served, Response>(
  method: UnaryMethod<Request, Served, Response>,
  callback: sendUnaryData<Response>,
  refused: WireStatus,
  told: Partial<StatusObject> = refused,
): void {
  callback(told);
  method.calls.ended(refused.code);
}
