import { type ServerDuplexStream, type StatusObject, status } from "@grpc/grpc-js";
import {
  decodeLeaseId,
  encodeHeader,
  encodeLeaseKeepAlive,
  type WireKeepAliveRequest,
  type WireKeepAliveResponse,
} from "@holdfast/protocol";
import type { CallContext, Headers, LeaseService } from "@holdfast/service";
import type { MethodCalls } from "../requests/call-ledger.ts";

export type KeepAliveCall = ServerDuplexStream<WireKeepAliveRequest, WireKeepAliveResponse>;

export interface KeepAliveParts {
  readonly lease: LeaseService;
  readonly headers: Headers;
  readonly calls: MethodCalls;
  readonly context: CallContext;
  /** The status of a failure. */
  statusOf(failure: unknown): Pick<StatusObject, "code" | "details">;
  ended(): void;
}

/** Requests of one stream that are not answered, or whose answer the client has not taken; then it is not read. */
export const KEEP_ALIVES_MAX = 1024;

/**
 * One client's stream of renewals: an answer to each, in order, and the end of the stream where one
 * cannot be answered.
 *
 * States: open → last word said (by the client, or a node that drains) → closed, once what was asked is answered.
 */
export class KeepAliveStream {
  readonly #call: KeepAliveCall;
  readonly #parts: KeepAliveParts;
  /** Answers as they become known, in the order of the requests. */
  #answers: Promise<void> = Promise.resolve();
  #pending = 0;
  #unanswered = 0;
  #last: Pick<StatusObject, "code" | "details"> | undefined;
  #closed = false;

  constructor(call: KeepAliveCall, parts: KeepAliveParts) {
    this.#call = call;
    this.#parts = parts;
    call.on("data", (request: WireKeepAliveRequest) => this.#renew(request));
    call.on("end", () => this.#end({ code: status.OK, details: "" }));
    call.on("cancelled", () => this.#close({ code: status.CANCELLED, details: "" }));
  }

  /** Ends it once what was asked is answered; the client goes on with another node. */
  drain(): void {
    this.#end({ code: status.UNAVAILABLE, details: "etcdserver: server stopped" });
  }

  /** Ends it at once: what was asked is not answered any more. */
  fail(failure: unknown): void {
    this.#close(this.#parts.statusOf(failure));
  }

  #renew(request: WireKeepAliveRequest): void {
    if (this.#last !== undefined) return;
    const { lease, headers, context, statusOf } = this.#parts;
    const id = decodeLeaseId(request);
    // As in etcd: that of before the renewal.
    const header = encodeHeader(headers.at(headers.status().revision));
    this.#pending++;
    this.#unanswered++;
    if (this.#pending >= KEEP_ALIVES_MAX) this.#call.pause();
    const renewed = outcomeOf(lease.renew(id, context));
    this.#answers = this.#answers
      .then(() => renewed)
      .then((outcome) => {
        this.#unanswered--;
        if (outcome.kind === "failed") return this.#close(statusOf(outcome.failure));
        this.#write(encodeLeaseKeepAlive(header, { id, ttlSeconds: outcome.ttlSeconds }));
        this.#closeIfDone();
      });
  }

  #write(answer: WireKeepAliveResponse): void {
    if (this.#closed) return;
    this.#call.write(answer, () => {
      this.#pending--;
      if (!this.#closed && this.#call.isPaused()) this.#call.resume();
    });
  }

  #end(last: Pick<StatusObject, "code" | "details">): void {
    this.#last ??= last;
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (this.#last !== undefined && this.#unanswered === 0) this.#close(this.#last);
  }

  #close(final: Pick<StatusObject, "code" | "details">): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#last = final;
    if (final.code === status.OK) this.#call.end();
    else if (final.code !== status.CANCELLED) this.#call.emit("error", final);
    this.#parts.calls.ended(final.code);
    this.#parts.ended();
  }
}

type Outcome =
  | { readonly kind: "renewed"; readonly ttlSeconds: number }
  | { readonly kind: "failed"; readonly failure: unknown };

/** A failure that nobody waits for yet is no unhandled rejection. */
function outcomeOf(renewed: Promise<number>): Promise<Outcome> {
  return renewed.then(
    (ttlSeconds) => ({ kind: "renewed", ttlSeconds }),
    (failure: unknown) => ({ kind: "failed", failure }),
  );
}
