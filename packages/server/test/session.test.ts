import type { Client, ClientDuplexStream, ServiceError } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { SessionReply__Output, SessionRequest } from "@holdfast/protocol";
import {
  decodeRangeResults,
  decodeResults,
  encodeBatch,
  encodeQueries,
  type Operation,
  pointQuery,
} from "@holdfast/state-machine";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { ClientEdge } from "../src/client-edge.ts";
import { bytes, openEdge } from "./open-edge.ts";
import type { SingleReplica } from "./single-replica.ts";

const SESSION = new Uint8Array(16).fill(7);

let client: Client;
let replica: SingleReplica;
let edge: ClientEdge;

beforeEach(async () => {
  const opened = await openEdge();
  ({ replica, edge } = opened);
  client = opened.session();
});

/** One stream, read reply by reply. */
class Stream {
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

async function started(options: { readonly resume?: boolean } = {}): Promise<Stream> {
  const stream = new Stream(client);
  stream.send({ start: { protocol: 1, session_id: SESSION, resume: options.resume ?? false } });
  expect(await stream.next()).toMatchObject({ reply: "started" });
  return stream;
}

function put(key: string, value: string): Operation {
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

function commands(firstSequence: number, ...operations: readonly Operation[]): Uint8Array {
  return encodeBatch({ session: SESSION, firstSequence, ackedBelow: firstSequence, operations });
}

function queries(...keys: readonly string[]): Uint8Array {
  return encodeQueries(keys.map((key) => pointQuery(bytes(key))));
}

function resultsOf(reply: SessionReply__Output) {
  return decodeResults(reply.results?.results ?? new Uint8Array(0));
}

function valuesOf(reply: SessionReply__Output): readonly string[] {
  const answers = decodeRangeResults(reply.read_results?.results ?? new Uint8Array(0));
  return answers.flatMap((answer) =>
    "kind" in answer ? [] : answer.kvs.map(({ value }) => Buffer.from(value).toString("latin1")),
  );
}

describe("a session", () => {
  test("starts with what the client must know", async () => {
    const stream = new Stream(client);

    stream.send({ start: { protocol: 1, session_id: SESSION } });

    expect((await stream.next()).started).toMatchObject({
      protocol: 1,
      cluster_id: "9007199254740991",
      window: 8192,
      turn_bytes_max: 1_572_864,
      endpoints: ["127.0.0.1:2379"],
    });
  });

  test("writes a turn's batch as one entry and answers each operation", async () => {
    const stream = await started();
    const before = replica.counts.entries;

    stream.send({ turn: { commands: commands(1, put("a", "1"), put("b", "2")) } });
    const reply = await stream.next();

    expect(reply.results?.first_sequence).toBe("1");
    expect(resultsOf(reply)).toMatchObject([
      { kind: "put", revision: 2 },
      { kind: "put", revision: 3 },
    ]);
    expect(replica.counts.entries).toBe(before + 1);
  });

  test("reads all queries of a turn with one read", async () => {
    const stream = await started();
    stream.send({ turn: { commands: commands(1, put("a", "1"), put("b", "2")) } });
    await stream.next();
    const before = replica.counts.reads;

    stream.send({ turn: { read_id: 9, queries: queries("a", "nothing", "b") } });
    const reply = await stream.next();

    expect(reply.read_results?.read_id).toBe("9");
    expect(valuesOf(reply)).toEqual(["1", "2"]);
    expect(replica.counts.reads).toBe(before + 1);
  });

  test("answers what was said while it was being opened", async () => {
    const stream = new Stream(client);

    stream.send({ start: { protocol: 1, session_id: SESSION } });
    stream.send({ turn: { commands: commands(1, put("a", "1")) } });
    stream.send({ turn: { commands: commands(2, put("a", "2")) } });
    await stream.next();

    expect(resultsOf(await stream.next())).toMatchObject([{ kind: "put", revision: 2 }]);
    expect(resultsOf(await stream.next())).toMatchObject([{ kind: "put", revision: 3 }]);
  });

  test("applies a batch that is sent again after a reconnect only once", async () => {
    const first = await started();
    first.send({ turn: { commands: commands(1, put("a", "1")) } });
    await first.next();

    const second = await started({ resume: true });
    second.send({ turn: { commands: commands(1, put("a", "1")) } });

    expect(resultsOf(await second.next())).toMatchObject([{ kind: "put", revision: 2 }]);
    expect(replica.status().revision).toBe(2);
  });

  test("that was never opened has its operations answered as expired", async () => {
    const stream = await started({ resume: true });

    stream.send({ turn: { commands: commands(1, put("a", "1")) } });

    expect(resultsOf(await stream.next())).toMatchObject([
      { kind: "failed", failure: { reason: "session-expired" } },
    ]);
  });

  test("goes on with serializable reads where there is no leader", async () => {
    const stream = await started();
    replica.loseLeader();

    stream.send({ turn: { read_id: 1, queries: queries("a"), serializable: true } });

    expect((await stream.next()).read_results?.read_id).toBe("1");
  });

  test("answers a turn that waits too long with what is known of it", async () => {
    const stream = await started();
    replica.loseLeader();

    stream.send({ turn: { commands: commands(1, put("a", "1")), timeout_ms: 10 } });

    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "1",
      code: "REQUEST_TIMED_OUT",
      outcome: "not-applied",
      retryable: true,
    });
  });

  test("answers everything before it ends with its client's last word", async () => {
    const stream = await started();

    stream.send({ turn: { commands: commands(1, put("a", "1")) } });
    stream.end();

    expect((await stream.next()).reply).toBe("results");
    expect((await stream.ended).code).toBe(status.OK);
  });
});

describe("a stream is not read beyond its limits", () => {
  test("of turns in flight, and all of them are answered in the end", async () => {
    const stream = await started();
    replica.loseLeader();

    for (let sequence = 1; sequence <= 200; sequence++) {
      stream.send({ turn: { commands: commands(sequence, put("a", String(sequence))) } });
    }
    replica.regainLeader();
    const answered = [];
    while (answered.length < 200) answered.push((await stream.next()).results?.first_sequence);

    expect(answered.map(Number)).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
    expect(replica.status().revision).toBe(201);
  });
});

describe("what has no place in the conversation is refused", () => {
  test.each([
    [
      "another protocol",
      { start: { protocol: 2, session_id: SESSION } },
      "this server speaks protocol 1",
    ],
    ["a short session id", { start: { protocol: 1, session_id: bytes("x") } }, "16 bytes"],
    ["a turn before the start", { turn: { queries: queries("a") } }, "first message of a stream"],
  ])("%s ends the stream", async (_name, request, message) => {
    const stream = new Stream(client);

    stream.send(request);

    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "0",
      read_id: "0",
      code: "SESSION_PROTOCOL",
      message: expect.stringContaining(message),
      retryable: false,
    });
    expect((await stream.ended).code).toBe(status.UNAVAILABLE);
  });

  test("bytes that are no batch end the stream", async () => {
    const stream = await started();

    stream.send({ turn: { commands: bytes("garbage") } });

    expect((await stream.next()).failure).toMatchObject({ code: "MALFORMED" });
    await stream.ended;
  });

  test("bytes that are no queries are refused alone", async () => {
    const stream = await started();

    stream.send({ turn: { read_id: 4, queries: bytes("garbage") } });
    expect((await stream.next()).failure).toMatchObject({ read_id: "4", code: "MALFORMED" });
    stream.send({ turn: { read_id: 5, queries: queries("a") } });

    expect((await stream.next()).read_results?.read_id).toBe("5");
  });

  test("a batch of another session", async () => {
    const stream = await started();
    const stranger = { session: new Uint8Array(16), firstSequence: 3, ackedBelow: 3 };

    stream.send({ turn: { commands: encodeBatch({ ...stranger, operations: [put("a", "1")] }) } });

    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "3",
      code: "SESSION_MISMATCH",
      outcome: "not-applied",
    });
  });

  test("an operation without a key, by its place", async () => {
    const stream = await started();

    stream.send({ turn: { commands: commands(1, put("a", "1"), put("", "1")) } });

    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "1",
      code: "INVALID_REQUEST",
      message: "operation 1: etcdserver: key is not provided",
    });
    expect(replica.status().revision).toBe(1);
  });

  test("more queries than a turn may hold", async () => {
    const stream = await started();

    stream.send({ turn: { read_id: 1, queries: queries(...new Array<string>(1025).fill("a")) } });

    expect((await stream.next()).failure).toMatchObject({ code: "TOO_MANY_QUERIES" });
  });
});

test("a node that drains answers what is in flight and sends its clients elsewhere", async () => {
  const stream = await started();
  replica.loseLeader();
  stream.send({ turn: { commands: commands(1, put("a", "1")) } });
  stream.send({ turn: { read_id: 1, queries: queries("a"), serializable: true } });
  expect((await stream.next()).reply).toBe("read_results");

  const drained = edge.drain(10_000);
  replica.regainLeader();

  expect((await stream.next()).reply).toBe("results");
  expect((await stream.ended).code).toBe(status.UNAVAILABLE);
  await drained;
});
