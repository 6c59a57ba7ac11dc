import { type Cancel, type Clock, type Logger, type Millis, silentLogger } from "@holdfast/base";
import { OverloadedError } from "@holdfast/replica";
import {
  ReplicaCalls,
  SESSION_LIMITS,
  SessionService,
  type SessionSink,
  type SessionStartedReply,
} from "@holdfast/service";
import {
  DEFAULT_OPERATION_LIMITS,
  encodeBatch,
  encodeQueries,
  pointQuery,
} from "@holdfast/state-machine";
import { expect, test } from "vitest";
import { SystemClock } from "../src/adapters/system-clock.ts";
import { bytes } from "./open-edge.ts";
import { SingleReplica } from "./single-replica.ts";

const SESSION = new Uint8Array(16).fill(7);

/** Keeps what a stream says, in order. */
class Transcript implements SessionSink {
  readonly said: string[] = [];
  endpoints: readonly string[] = [];
  readonly #expected: { readonly count: number; readonly reached: () => void }[] = [];

  started({ endpoints }: SessionStartedReply): void {
    this.endpoints = endpoints;
    this.#say("started");
  }
  results(firstSequence: number): void {
    this.#say(`results ${firstSequence}`);
  }
  readResults(readId: number): void {
    this.#say(`read ${readId}`);
  }
  failed({ code }: { readonly code: string }): void {
    this.#say(`failed ${code}`);
  }
  pause(): void {
    this.#say("pause");
  }
  resume(): void {
    this.#say("resume");
  }
  ended(asked: boolean): void {
    this.#say(asked ? "ended as asked" : "ended");
  }

  /** Resolves once so much has been said. */
  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#expected.push({ count, reached: resolve });
      this.#check();
    });
  }

  #say(what: string): void {
    this.said.push(what);
    this.#check();
  }

  #check(): void {
    for (const { count, reached } of this.#expected) if (this.said.length >= count) reached();
  }
}

/** A clock whose timers fire when a test says so, each once. */
class Looks implements Clock {
  #timers: (() => void)[] = [];

  now(): Millis {
    return 0;
  }

  timer(_delayMs: Millis, fire: () => void): Cancel {
    this.#timers.push(fire);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== fire);
    };
  }

  /** Fires all; how many there were. */
  fire(): number {
    const due = this.#timers;
    this.#timers = [];
    for (const fire of due) fire();
    return due.length;
  }
}

function service(limits: Partial<typeof SESSION_LIMITS> = {}, logger: Logger = silentLogger) {
  const replica = new SingleReplica();
  const clock = new Looks();
  const sessions = new SessionService({
    clock,
    replica,
    calls: new ReplicaCalls({ clock: new SystemClock(), replica }),
    logger,
    operationLimits: DEFAULT_OPERATION_LIMITS,
    limits: { ...SESSION_LIMITS, ...limits },
    layout: replica.layout,
  });
  return { replica, sessions, clock };
}

/** What was proposed to the replica is applied. */
function settled(): Promise<void> {
  return new Promise(setImmediate);
}

function turn(firstSequence: number) {
  const commands = encodeBatch({
    session: SESSION,
    firstSequence,
    ackedBelow: firstSequence,
    operations: [{ kind: "delete-range", key: bytes("a"), rangeEnd: bytes(""), prevKv: false }],
  });
  return { commands, readId: 0, queries: new Uint8Array(0), timeoutMs: 0, serializable: false };
}

const read = {
  ...turn(1),
  commands: new Uint8Array(0),
  readId: 3,
  queries: encodeQueries([pointQuery(bytes("a"))]),
};
const opening = encodeBatch({
  session: SESSION,
  firstSequence: 1,
  ackedBelow: 1,
  operations: [{ kind: "session-open" }],
});
const start = { protocol: 1, sessionId: SESSION };

/** A stream whose session was opened by an earlier one. */
async function inSession({ replica, sessions }: ReturnType<typeof service>, sink: Transcript) {
  await replica.submit(
    { bytes: opening, session: SESSION, firstSequence: 1, count: 1 },
    { deadline: Number.POSITIVE_INFINITY },
  );
  const stream = sessions.open(sink);
  stream.start(start);
  sink.said.length = 0;
  return stream;
}

test("a stream starts at once, where there is no leader too, and asks nothing of the cluster", () => {
  const { replica, sessions } = service();
  replica.loseLeader();
  const before = replica.counts.entries;
  const sink = new Transcript();

  sessions.open(sink).start(start);

  expect(sink.said).toEqual(["started"]);
  expect(replica.counts.entries).toBe(before);
});

test("streams are told where the members are when that changes, and nobody looks where there are none", () => {
  const { replica, sessions, clock } = service();
  const [sink, unstarted] = [new Transcript(), new Transcript()];
  expect(clock.fire()).toBe(0);
  const stream = sessions.open(sink);
  const other = sessions.open(unstarted);
  stream.start(start);

  clock.fire();
  expect(sink.said).toEqual(["started"]);
  replica.clientAddress = "10.0.0.9:2379";
  clock.fire();
  clock.fire();

  expect(sink.said).toEqual(["started", "started"]);
  expect(sink.endpoints).toEqual(["10.0.0.9:2379"]);
  expect(unstarted.said).toEqual([]);
  stream.close();
  expect(clock.fire()).toBe(1);
  other.close();
  expect(clock.fire()).toBe(0);
});

test("a node that has stopped ends its streams with its last news, and takes no others", async () => {
  const served = service();
  const { replica, sessions, clock } = served;
  const [sink, late] = [new Transcript(), new Transcript()];
  await inSession(served, sink);

  replica.isStopped = true;
  replica.clientAddress = "10.0.0.9:2379";
  clock.fire();
  sessions.open(late).start(start);

  expect(sink.said).toEqual(["started", "ended"]);
  expect(late.said).toEqual(["failed STOPPED", "ended"]);
  expect(sessions.streams).toBe(0);
});

test("streams hear of members before they are drained", async () => {
  const served = service();
  const sink = new Transcript();
  await inSession(served, sink);
  served.replica.clientAddress = "10.0.0.9:2379";

  served.sessions.drain();

  expect(sink.said).toEqual(["started", "ended"]);
  expect(sink.endpoints).toEqual(["10.0.0.9:2379"]);
});

test("a session ends some time after its client's last word, and not before", async () => {
  const served = service();
  const { replica, sessions, clock } = served;
  const sink = new Transcript();
  const before = replica.sessions;
  const stream = await inSession(served, sink);
  stream.turn(turn(2));

  stream.end();
  stream.turn(turn(3));
  await sink.until(2);
  expect(sink.said).toEqual(["results 2", "ended as asked"]);
  expect(sessions.streams).toBe(0);
  clock.fire();
  await settled();
  expect(replica.sessions).toBe(before + 1);
  clock.fire();
  await settled();

  expect(replica.sessions).toBe(before);
  expect(clock.fire()).toBe(0);
});

test("a node that stops has them end at once", async () => {
  const served = service();
  const before = served.replica.sessions;
  const stream = await inSession(served, new Transcript());

  stream.end();
  served.sessions.drain();
  await settled();

  expect(served.replica.sessions).toBe(before);
  expect(served.clock.fire()).toBe(0);
});

test("reading pauses as long as the window is full", async () => {
  const served = service({ turnsMax: 2 });
  const { replica } = served;
  const sink = new Transcript();
  const stream = await inSession(served, sink);
  replica.loseLeader();

  stream.turn(turn(2));
  stream.turn(turn(3));
  expect(sink.said).toEqual(["pause"]);
  replica.regainLeader();
  await sink.until(4);

  expect(sink.said.slice(1)).toEqual(["results 2", "resume", "results 3"]);
});

test("reading pauses by bytes as well", async () => {
  const { replica, sessions } = service({ bytesMax: 10 });
  const sink = new Transcript();
  const stream = sessions.open(sink);
  stream.start(start);
  replica.loseLeader();

  stream.turn(turn(2));

  expect(sink.said).toEqual(["started", "pause"]);
});

test("both parts of a turn count as one turn, which is over with the later", async () => {
  const served = service({ turnsMax: 1 });
  const { replica } = served;
  const sink = new Transcript();
  const stream = await inSession(served, sink);
  replica.loseLeader();

  stream.turn({ ...turn(2), readId: 3, queries: read.queries, serializable: true });
  await sink.until(2);
  expect(sink.said).toEqual(["pause", "read 3"]);
  replica.regainLeader();
  await sink.until(4);

  expect(sink.said.slice(2)).toEqual(["results 2", "resume"]);
});

test("answers of a client that is gone go nowhere, and the stream is forgotten", async () => {
  const served = service();
  const { replica, sessions } = served;
  const sink = new Transcript();
  const stream = await inSession(served, sink);
  replica.loseLeader();
  stream.turn(turn(2));

  stream.close();
  replica.regainLeader();
  await replica.barrier({ deadline: Number.POSITIVE_INFINITY });
  await Promise.resolve();

  expect(sink.said).toEqual([]);
  expect(sessions.streams).toBe(0);
});

test("an answer above its limit is refused with what to do", async () => {
  const served = service({ answerBytesMax: 36 });
  const { replica } = served;
  const sink = new Transcript();
  const stream = await inSession(served, sink);
  await replica.propose(
    {
      kind: "put",
      key: bytes("a"),
      value: bytes("four"),
      lease: 0n,
      prevKv: false,
      ignoreValue: false,
      ignoreLease: false,
    },
    { deadline: Number.POSITIVE_INFINITY },
  );

  stream.turn(read);
  await sink.until(1);

  expect(sink.said.at(-1)).toBe("failed ANSWER_TOO_LARGE");
});

test("one stream more than the node takes is refused, as is any while it drains", () => {
  const { sessions } = service({ streamsMax: 1 });
  sessions.open(new Transcript());

  expect(() => sessions.open(new Transcript())).toThrow(OverloadedError);
  sessions.drain();

  expect(sessions.streams).toBe(0);
  expect(() => sessions.open(new Transcript())).toThrow("this node is stopping");
});

test("a stream that drains takes no more turns and ends with its last answer", async () => {
  const served = service();
  const { replica, sessions } = served;
  const sink = new Transcript();
  const stream = await inSession(served, sink);
  replica.loseLeader();
  stream.turn(turn(2));

  sessions.drain();
  stream.turn(turn(3));
  replica.regainLeader();
  await sink.until(2);

  expect(sink.said).toEqual(["results 2", "ended"]);
});
