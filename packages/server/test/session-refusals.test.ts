import type { Client } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { encodeBatch } from "@holdfast/state-machine";
import { beforeEach, describe, expect, test } from "vitest";
import { bytes, openEdge } from "./open-edge.ts";
import {
  commands,
  inSession,
  OPEN,
  put,
  queries,
  resultsOf,
  SESSION,
  SessionCall,
  started,
} from "./session-call.ts";
import type { SingleReplica } from "./single-replica.ts";

let client: Client;
let replica: SingleReplica;

beforeEach(async () => {
  const opened = await openEdge();
  ({ replica } = opened);
  client = opened.session();
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
    const stream = new SessionCall(client);

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

  test.each([
    ["bytes that are no batch", bytes("garbage"), "MALFORMED"],
    ["a batch with sequence 0", commands(0, OPEN), "SESSION_PROTOCOL"],
  ])("%s, which names nothing to answer to, ends the stream", async (_name, batch, code) => {
    const stream = await inSession(client);

    stream.send({ turn: { commands: batch } });

    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "0",
      read_id: "0",
      code,
    });
    await stream.ended;
  });

  test("a batch whose operations cannot be read is refused alone", async () => {
    const stream = await inSession(client);
    const batch = commands(2, put("a", "1"));

    stream.send({ turn: { commands: batch.subarray(0, -1) } });
    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "2",
      code: "MALFORMED",
      outcome: "not-applied",
      retryable: false,
    });
    stream.send({ turn: { commands: batch } });

    expect(resultsOf(await stream.next())).toMatchObject([{ kind: "put", revision: 2 }]);
  });

  test.each([
    ["among other operations", commands(2, put("a", "1"), OPEN)],
    ["before other operations", commands(1, OPEN, put("a", "1"))],
    ["under a later sequence", commands(2, OPEN)],
  ])("an opening %s is refused", async (_name, batch) => {
    const stream = await inSession(client);
    const before = replica.counts.entries;

    stream.send({ turn: { commands: batch } });

    expect((await stream.next()).failure).toMatchObject({
      code: "INVALID_REQUEST",
      outcome: "not-applied",
      retryable: false,
    });
    expect(replica.counts.entries).toBe(before);
  });

  test("a write under the opening's sequence is refused", async () => {
    const stream = await started(client);

    stream.send({ turn: { commands: commands(1, put("a", "1")) } });

    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "1",
      code: "INVALID_REQUEST",
      message: expect.stringContaining("sequence 1"),
    });
  });

  test("bytes that are no queries are refused alone", async () => {
    const stream = await inSession(client);

    stream.send({ turn: { read_id: 4, queries: bytes("garbage") } });
    expect((await stream.next()).failure).toMatchObject({ read_id: "4", code: "MALFORMED" });
    stream.send({ turn: { read_id: 5, queries: queries("a") } });

    expect((await stream.next()).read_results?.read_id).toBe("5");
  });

  test("a batch of another session", async () => {
    const stream = await inSession(client);
    const stranger = { session: new Uint8Array(16), firstSequence: 3, ackedBelow: 3 };

    stream.send({ turn: { commands: encodeBatch({ ...stranger, operations: [put("a", "1")] }) } });

    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "3",
      code: "SESSION_MISMATCH",
      outcome: "not-applied",
    });
  });

  test("an operation without a key, by its place", async () => {
    const stream = await inSession(client);

    stream.send({ turn: { commands: commands(2, put("a", "1"), put("", "1")) } });

    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "2",
      code: "INVALID_REQUEST",
      message: "operation 1: etcdserver: key is not provided",
    });
    expect(replica.status().revision).toBe(1);
  });

  test("far more queries than a turn may hold, by their number alone", async () => {
    const stream = await inSession(client);

    stream.send({ turn: { read_id: 1, queries: Uint8Array.of(1, 0xdd, 0, 0x0a, 0, 0) } });

    expect((await stream.next()).failure).toMatchObject({
      read_id: "1",
      code: "TOO_MANY_QUERIES",
      message: "a turn asks 655360 queries; at most 1024 are answered at once",
    });
  });

  test("one query of more arrays than there may be queries", async () => {
    const stream = await inSession(client);
    const arrays = new Array<number>(2_000).fill(0x90);

    stream.send({
      turn: {
        read_id: 1,
        queries: Uint8Array.of(1, 0x91, 0xdc, 2_000 >> 8, 2_000 & 255, ...arrays),
      },
    });

    expect((await stream.next()).failure).toMatchObject({
      code: "MALFORMED",
      message: expect.stringContaining("more arrays"),
    });
  });

  test("more queries than a turn may hold", async () => {
    const stream = await inSession(client);

    stream.send({ turn: { read_id: 1, queries: queries(...new Array<string>(1025).fill("a")) } });

    expect((await stream.next()).failure).toMatchObject({ code: "TOO_MANY_QUERIES" });
  });
});
