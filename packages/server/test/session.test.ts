import type { Client } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { beforeEach, describe, expect, test } from "vitest";
import type { ClientEdge } from "../src/client-edge.ts";
import { openEdge } from "./open-edge.ts";
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
  valuesOf,
} from "./session-call.ts";
import type { SingleReplica } from "./single-replica.ts";

let client: Client;
let replica: SingleReplica;
let edge: ClientEdge;

beforeEach(async () => {
  const opened = await openEdge();
  ({ replica, edge } = opened);
  client = opened.session();
});

describe("a session", () => {
  test("starts with what the client must know", async () => {
    const stream = new SessionCall(client);

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
    const stream = await inSession(client);
    const before = replica.counts.entries;

    stream.send({ turn: { commands: commands(2, put("a", "1"), put("b", "2")) } });
    const reply = await stream.next();

    expect(reply.results?.first_sequence).toBe("2");
    expect(resultsOf(reply)).toMatchObject([
      { kind: "put", revision: 2 },
      { kind: "put", revision: 3 },
    ]);
    expect(replica.counts.entries).toBe(before + 1);
  });

  test("reads all queries of a turn with one read", async () => {
    const stream = await inSession(client);
    stream.send({ turn: { commands: commands(2, put("a", "1"), put("b", "2")) } });
    await stream.next();
    const before = replica.counts.reads;

    stream.send({ turn: { read_id: 9, queries: queries("a", "nothing", "b") } });
    const reply = await stream.next();

    expect(reply.read_results?.read_id).toBe("9");
    expect(valuesOf(reply)).toEqual(["1", "2"]);
    expect(replica.counts.reads).toBe(before + 1);
  });

  test("is opened by its first batch, and by a copy of it not again", async () => {
    const first = await inSession(client);
    first.send({ turn: { commands: commands(2, put("a", "1")) } });
    await first.next();

    const second = await inSession(client);
    second.send({ turn: { commands: commands(2, put("a", "1")) } });

    expect(resultsOf(await second.next())).toMatchObject([{ kind: "put", revision: 2 }]);
    expect(replica.status().revision).toBe(2);
  });

  test("that has ended is not opened again by a copy of its opening that was on its way", async () => {
    const submitted: Uint8Array[] = [];
    const submit = replica.submit.bind(replica);
    replica.submit = (batch, call) => {
      submitted.push(batch.bytes);
      return submit(batch, call);
    };
    const stream = await inSession(client);
    stream.send({ turn: { commands: commands(2, put("a", "1")) } });
    await stream.next();
    const [opening = new Uint8Array()] = submitted;
    const call = { deadline: Number.POSITIVE_INFINITY };
    const idleSince = replica.status().applied;
    const sessions = [{ session: SESSION, idleSince }];
    await replica.propose({ kind: "session-expire", sessions }, call);

    const late = { bytes: opening, session: SESSION, firstSequence: 1, count: 1 };

    expect(await submit(late, call)).toMatchObject([{ failure: { reason: "session-expired" } }]);
  });

  test("takes its batches in the order in which they were said", async () => {
    const stream = new SessionCall(client);

    stream.send({ start: { protocol: 1, session_id: SESSION } });
    stream.send({ turn: { commands: commands(1, OPEN) } });
    stream.send({ turn: { commands: commands(2, put("a", "1")) } });
    stream.send({ turn: { commands: commands(3, put("a", "2")) } });
    await stream.next();
    await stream.next();

    expect(resultsOf(await stream.next())).toMatchObject([{ kind: "put", revision: 2 }]);
    expect(resultsOf(await stream.next())).toMatchObject([{ kind: "put", revision: 3 }]);
  });

  test("applies a batch that is sent again after a reconnect only once", async () => {
    const first = await inSession(client);
    first.send({ turn: { commands: commands(2, put("a", "1")) } });
    await first.next();

    const second = await started(client);
    second.send({ turn: { commands: commands(2, put("a", "1")) } });

    expect(resultsOf(await second.next())).toMatchObject([{ kind: "put", revision: 2 }]);
    expect(replica.status().revision).toBe(2);
  });

  test("that was never opened has its operations answered as expired", async () => {
    const stream = await started(client);

    stream.send({ turn: { commands: commands(2, put("a", "1")) } });

    expect(resultsOf(await stream.next())).toMatchObject([
      { kind: "failed", failure: { reason: "session-expired" } },
    ]);
  });

  test("starts, reads serializably and tells what becomes of its opening where there is no leader", async () => {
    replica.loseLeader();
    const stream = await started(client);

    stream.send({
      turn: {
        commands: commands(1, OPEN),
        read_id: 1,
        queries: queries("a"),
        serializable: true,
        timeout_ms: 50,
      },
    });

    expect((await stream.next()).read_results?.read_id).toBe("1");
    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "1",
      code: "REQUEST_TIMED_OUT",
      retryable: true,
    });
  });

  test("goes on with serializable reads where there is no leader", async () => {
    const stream = await inSession(client);
    replica.loseLeader();

    stream.send({ turn: { read_id: 1, queries: queries("a"), serializable: true } });

    expect((await stream.next()).read_results?.read_id).toBe("1");
  });

  test("answers a turn that waits too long with what is known of it", async () => {
    const stream = await inSession(client);
    replica.loseLeader();

    stream.send({ turn: { commands: commands(2, put("a", "1")), timeout_ms: 10 } });

    expect((await stream.next()).failure).toMatchObject({
      first_sequence: "2",
      code: "REQUEST_TIMED_OUT",
      outcome: "not-applied",
      retryable: true,
    });
  });

  test("answers everything before it ends with its client's last word", async () => {
    const stream = await inSession(client);

    stream.send({ turn: { commands: commands(2, put("a", "1")) } });
    stream.end();

    expect((await stream.next()).reply).toBe("results");
    expect((await stream.ended).code).toBe(status.OK);
  });

  test("answers what came before its client's last word, and then ends well", async () => {
    const stream = await inSession(client);

    stream.send({ turn: { commands: commands(2, put("a", "1")) } });
    stream.send({ end: {} });
    stream.send({ turn: { commands: commands(3, put("a", "2")) } });

    expect((await stream.next()).results?.first_sequence).toBe("2");
    expect((await stream.ended).code).toBe(status.OK);
  });
});

describe("a stream is not read beyond its limits", () => {
  test("of turns in flight, and all of them are answered in the end", async () => {
    const stream = await inSession(client);
    replica.loseLeader();

    for (let sequence = 2; sequence <= 201; sequence++) {
      stream.send({ turn: { commands: commands(sequence, put("a", String(sequence))) } });
    }
    replica.regainLeader();
    const answered = [];
    while (answered.length < 200) answered.push((await stream.next()).results?.first_sequence);

    expect(answered.map(Number)).toEqual(Array.from({ length: 200 }, (_, at) => at + 2));
    expect(replica.status().revision).toBe(201);
  });
});

test("a node that drains answers what is in flight and sends its clients elsewhere", async () => {
  const stream = await inSession(client);
  replica.loseLeader();
  stream.send({ turn: { commands: commands(2, put("a", "1")) } });
  stream.send({ turn: { read_id: 1, queries: queries("a"), serializable: true } });
  expect((await stream.next()).reply).toBe("read_results");

  const drained = edge.drain(10_000);
  replica.regainLeader();

  expect((await stream.next()).reply).toBe("results");
  expect((await stream.ended).code).toBe(status.UNAVAILABLE);
  await drained;
});
