import { PassThrough } from "node:stream";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { WireWatchRequest, WireWatchResponse } from "@holdfast/protocol";
import { expect, test } from "vitest";
import { SystemTurn } from "../src/adapters/system-turn.ts";
import { CallOutbox } from "../src/grpc/call-outbox.ts";
import { SharedEvents } from "../src/grpc/shared-events.ts";
import { WatchAnswers } from "../src/grpc/watch-answers.ts";
import { CallLedger } from "../src/requests/call-ledger.ts";

const VALUE = Buffer.alloc(1_000_000);
const COUNT = 40;
const METHOD = { service: "etcdserverpb.Watch", method: "Watch", type: "bidi_stream" } as const;

/** A deletion of a key of 1 MB, of which the client is told what it was. */
const deletions = Array.from({ length: COUNT }, () => {
  const key = Buffer.from("k");
  const pair = { key, createRevision: 2, modRevision: 2, version: 1, lease: 0n };
  return {
    event: { ...pair, kind: "delete" as const, modRevision: 3, sub: 0, value: new Uint8Array(0) },
    previous: { ...pair, value: VALUE },
  };
});

/** Writes answers, and tells how much was encoded in the turn that encoded most. */
function opened() {
  let inTurn = 0;
  let most = 0;
  const counted = <Bytes extends Uint8Array>(bytes: Bytes): Bytes => {
    inTurn += bytes.length;
    most = Math.max(most, inTurn);
    return bytes;
  };
  const system = new SystemTurn();
  const turn = {
    soon: (task: () => void) => system.soon(task),
    next: async () => {
      await system.next();
      inTurn = 0;
    },
  };
  const events = new SharedEvents((response) => {
    const [event] = response.events ?? [];
    return counted(Buffer.from(event?.prev_kv?.value ?? []));
  });
  const call = new PassThrough({ objectMode: true });
  const outbox = new CallOutbox(
    call as unknown as ServerDuplexStream<WireWatchRequest, WireWatchResponse>,
    { calls: new CallLedger().method(METHOD), bytesMax: Number.POSITIVE_INFINITY },
  );
  const header = { clusterId: 1, memberId: 1, revision: 3, term: 1 };
  const answers = new WatchAnswers(outbox, { headers: { at: () => header }, turn, events });
  const told: WireWatchResponse[] = [];
  call.on("data", (response: WireWatchResponse) => {
    counted(events.serialize(response));
    told.push(response);
  });
  return { answers, call, told, most: () => most };
}

test("an answer of a few large events is made over several turns, and what is behind it stays there", async () => {
  const { answers, told, most } = opened();

  const whole = { kind: "events", watchId: 0n, revision: 3, events: deletions } as const;
  answers.send({ ...whole, fragment: true, isPart: false });
  answers.send({ kind: "progress", watchId: undefined, revision: 3 });

  await expect.poll(() => told.some(({ events = [] }) => events.length === 0)).toBe(true);
  expect(told.at(-1)?.events ?? []).toHaveLength(0);
  expect(told.flatMap(({ events = [] }) => events)).toHaveLength(COUNT);
  expect(told.slice(0, -1).map(({ fragment }) => fragment ?? false)).toEqual(
    told.slice(0, -1).map((_, at) => at < told.length - 2),
  );
  expect(most()).toBeLessThan(8 * VALUE.length);
});

test("no answer comes between the parts of one, and those that wait keep their order", async () => {
  const { answers, told } = opened();
  const part = { kind: "events", watchId: 5n, revision: 3, fragment: true } as const;
  const some = deletions.slice(0, 1);

  answers.send({ ...part, events: some, isPart: true });
  answers.send({ kind: "created", watchId: 6n, revision: 3 });
  answers.send({ kind: "canceled", watchId: 7n, revision: 3 });
  answers.send({ ...part, events: some, isPart: true });
  answers.send({ ...part, events: some, isPart: false });
  answers.send({ kind: "progress", watchId: undefined, revision: 3 });

  await expect.poll(() => told.length).toBe(6);
  const lines = told.map(({ watch_id, created, canceled, fragment, events = [] }) =>
    [watch_id, created && "created", canceled && "canceled", fragment && "part", events.length]
      .filter(Boolean)
      .join(" "),
  );
  expect(lines).toEqual(["5 part 1", "5 part 1", "5 1", "6 created", "7 canceled", "-1"]);
});

test("a watch that ends amid its parts lets go what waits behind them", async () => {
  const { answers, told } = opened();
  const part = { kind: "events", watchId: 5n, revision: 3, fragment: true } as const;

  answers.send({ ...part, events: deletions.slice(0, 1), isPart: true });
  answers.send({ kind: "created", watchId: 6n, revision: 3 });
  answers.send({ kind: "canceled", watchId: 5n, revision: 3 });

  await expect.poll(() => told.map(({ watch_id }) => String(watch_id))).toEqual(["5", "5", "6"]);
});

test("a client whose answers wait behind the rest of one is not read beyond a thousand", () => {
  const { answers, call } = opened();
  const part = { kind: "events", watchId: 5n, revision: 3, fragment: true } as const;
  const some = deletions.slice(0, 1);
  const create = (): void => answers.send({ kind: "created", watchId: 6n, revision: 3 });
  answers.send({ ...part, events: some, isPart: true });
  for (let at = 0; at < 1_023; at++) create();
  expect(call.isPaused()).toBe(false);

  create();

  expect(call.isPaused()).toBe(true);
  answers.send({ ...part, events: some, isPart: false });
  expect(call.isPaused()).toBe(false);
});
