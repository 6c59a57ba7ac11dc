import type { Client, ClientDuplexStream, ServiceError, status } from "@grpc/grpc-js";
import type { SessionReply__Output, SessionRequest } from "@holdfast/protocol";
import {
  decodeRangeResults,
  decodeResults,
  encodeBatch,
  encodeQueries,
  type Operation,
  type OperationResult,
  pointQuery,
} from "@holdfast/state-machine";
import { expect, onTestFinished } from "vitest";
import { bytes } from "./open-edge.ts";

export const SESSION: Uint8Array = new Uint8Array(16).fill(7);
export const OPEN: Operation = { kind: "session-open" };

/** One stream, read reply by reply. */
export class SessionCall {
  readonly #call: ClientDuplexStream<SessionRequest, SessionReply__Output>;
  readonly #replies: SessionReply__Output[] = [];
  readonly #waiting: ((reply: SessionReply__Output) => void)[] = [];
  readonly ended: Promise<{ readonly code: status; readonly details: string }>;

  constructor(from: Client) {
    const open = (
      from as unknown as Record<
        "Open",
        () => ClientDuplexStream<SessionRequest, SessionReply__Output>
      >
    ).Open;
    this.#call = open.call(from);
    onTestFinished(() => this.#call.cancel());
    this.#call.on("data", (reply) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#replies.push(reply);
      else waiting(reply);
    });
    this.ended = new Promise((resolve) => {
      this.#call.on("error", (failure: ServiceError) => resolve(failure));
      this.#call.on("status", resolve);
    });
  }

  send(request: SessionRequest): void {
    this.#call.write(request);
  }

  end(): void {
    this.#call.end();
  }

  next(): Promise<SessionReply__Output> {
    const reply = this.#replies.shift();
    if (reply !== undefined) return Promise.resolve(reply);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

/** A stream of a session that may not be open. */
export async function started(client: Client): Promise<SessionCall> {
  const stream = new SessionCall(client);
  stream.send({ start: { protocol: 1, session_id: SESSION } });
  expect(await stream.next()).toMatchObject({ reply: "started" });
  return stream;
}

/** A stream of a session that is open: the next sequence is 2. */
export async function inSession(client: Client): Promise<SessionCall> {
  const stream = await started(client);
  stream.send({ turn: { commands: commands(1, OPEN) } });
  expect(resultsOf(await stream.next())).toMatchObject([{ kind: "session-open" }]);
  return stream;
}

export function put(key: string, value: string): Operation {
  return {
    kind: "put",
    key: bytes(key),
    value: bytes(value),
    lease: 0n,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
  };
}

export function commands(firstSequence: number, ...operations: readonly Operation[]): Uint8Array {
  return encodeBatch({ session: SESSION, firstSequence, ackedBelow: firstSequence, operations });
}

export function queries(...keys: readonly string[]): Uint8Array {
  return encodeQueries(keys.map((key) => pointQuery(bytes(key))));
}

export function resultsOf(reply: SessionReply__Output): readonly OperationResult[] {
  return decodeResults(reply.results?.results ?? new Uint8Array(0));
}

export function valuesOf(reply: SessionReply__Output): readonly string[] {
  const answers = decodeRangeResults(reply.read_results?.results ?? new Uint8Array(0));
  return answers.flatMap((answer) =>
    "kind" in answer ? [] : answer.kvs.map(({ value }) => Buffer.from(value).toString("latin1")),
  );
}
