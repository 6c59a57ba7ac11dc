import { type ClientDuplexStream, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { type Answer, bytes, clientOf, openEdge } from "./open-edge.ts";

/** A watch stream of a client, and what it is told. */
class OpenStream {
  readonly answers: Answer[] = [];
  readonly ended: Promise<ServiceError>;
  readonly #call: ClientDuplexStream<object, Answer>;
  #look: () => void = () => undefined;

  constructor(call: ClientDuplexStream<object, Answer>) {
    this.#call = call;
    call.on("data", (answer) => {
      this.answers.push(answer);
      this.#look();
    });
    this.ended = new Promise((resolve) => {
      call.on("error", resolve);
    });
    onTestFinished(() => call.cancel());
  }

  create(request: object): void {
    this.#call.write({ create_request: request });
  }

  send(request: object): void {
    this.#call.write(request);
  }

  halfClose(): void {
    this.#call.end();
  }

  cancel(): void {
    this.#call.cancel();
  }

  /** The first so many answers. */
  async first(count: number): Promise<readonly Answer[]> {
    while (this.answers.length < count) {
      await new Promise<void>((resolve) => {
        this.#look = resolve;
      });
    }
    return this.answers.slice(0, count);
  }

  async answer(at: number): Promise<Answer> {
    return (await this.first(at + 1))[at];
  }
}

async function openWatch() {
  const edge = await openEdge();
  const client = clientOf(edge.target, "etcdserverpb", "Watch");
  const open = (metadata = new Metadata()): OpenStream => {
    const methods = client as unknown as {
      Watch(metadata: Metadata): ClientDuplexStream<object, Answer>;
    };
    return new OpenStream(methods.Watch(metadata));
  };
  const put = (key: string, value = "") => edge.kv("Put", { key: bytes(key), value: bytes(value) });
  return { ...edge, open, put };
}

const NOT_THERE = {
  created: true,
  canceled: true,
  watch_id: "-1",
  compact_revision: "0",
  events: [],
};

test("a watch is created at the store's revision and told each change with its revision", async () => {
  const { open, put, kv } = await openWatch();
  await put("a", "1");
  const stream = open();
  stream.create({ key: bytes("a") });

  expect(await stream.answer(0)).toMatchObject({
    created: true,
    canceled: false,
    watch_id: "0",
    header: { revision: "2", member_id: "1111222233334", raft_term: "2" },
    events: [],
  });
  await put("b", "1");
  await put("a", "2");
  expect(await stream.answer(1)).toMatchObject({
    created: false,
    watch_id: "0",
    header: { revision: "4" },
    events: [
      {
        type: "PUT",
        kv: { mod_revision: "4", create_revision: "2", version: "2", value: bytes("2") },
        prev_kv: null,
      },
    ],
  });
  await kv("DeleteRange", { key: bytes("a") });
  expect((await stream.answer(2)).events).toEqual([
    {
      type: "DELETE",
      kv: {
        key: bytes("a"),
        mod_revision: "5",
        create_revision: "0",
        version: "0",
        lease: "0",
        value: bytes(""),
      },
      prev_kv: null,
    },
  ]);
});

test("the changes of one transaction come in one answer, in order", async () => {
  const { open, kv } = await openWatch();
  const stream = open();
  stream.create({ key: bytes("a"), range_end: bytes("z") });
  await stream.first(1);
  const put = (key: string) => ({ request_put: { key: bytes(key) } });
  await kv("Txn", { success: [put("c"), put("a"), put("b")] });

  const { events } = await stream.answer(1);
  expect(events.map((event: Answer) => event.kv.key.toString())).toEqual(["c", "a", "b"]);
});

test("ids are the lowest that are free, from 0, or the client's; a taken one is refused", async () => {
  const { open } = await openWatch();
  const stream = open();
  stream.create({ key: bytes("a"), watch_id: "1" });
  stream.create({ key: bytes("a") });
  stream.create({ key: bytes("a") });
  stream.create({ key: bytes("a"), watch_id: "1" });
  stream.create({ key: bytes("a"), watch_id: "9223372036854775807" });

  const answers = await stream.first(5);
  expect(answers.map(({ watch_id }) => watch_id)).toEqual([
    "1",
    "0",
    "2",
    "-1",
    "9223372036854775807",
  ]);
  expect(answers[3]).toMatchObject({
    ...NOT_THERE,
    cancel_reason: "mvcc: duplicate watch ID provided on the WatchStream",
  });
});

test("an empty range and a revision below 0 are no watches", async () => {
  const { open } = await openWatch();
  const stream = open();
  stream.create({ key: bytes("b"), range_end: bytes("a") });
  stream.create({ key: bytes("b"), start_revision: "-1" });

  expect(await stream.answer(0)).toMatchObject({
    ...NOT_THERE,
    cancel_reason: "mvcc: watcher range is empty",
  });
  expect(await stream.answer(1)).toMatchObject({
    ...NOT_THERE,
    cancel_reason: "etcdserver: mvcc: required revision has been compacted",
  });
});

test("a watch of what was compacted is created, and then canceled with the smallest revision left", async () => {
  const { open, put, kv } = await openWatch();
  for (const value of ["1", "2", "3"]) await put("a", value);
  await kv("Compact", { revision: "3" });
  const stream = open();
  stream.create({ key: bytes("a"), start_revision: "2" });

  const [created, canceled] = await stream.first(2);
  expect(created).toMatchObject({ created: true, canceled: false, watch_id: "0" });
  expect(canceled).toMatchObject({
    created: false,
    canceled: true,
    watch_id: "0",
    compact_revision: "3",
    cancel_reason: "",
    header: { revision: "0" },
  });
});

test("the past is told from any revision that is left, with what was before where it is", async () => {
  const { open, put, kv } = await openWatch();
  for (const value of ["1", "2", "3"]) await put("a", value);
  await kv("Compact", { revision: "3" });
  const stream = open();
  stream.create({ key: bytes("a"), start_revision: "3", prev_kv: true });

  const { events } = await stream.answer(1);
  expect(events).toMatchObject([
    { kv: { mod_revision: "3", value: bytes("2") }, prev_kv: null },
    {
      kv: { mod_revision: "4", value: bytes("3") },
      prev_kv: { mod_revision: "3", value: bytes("2") },
    },
  ]);
});

test("what was before a change is from before its revision, also where that changes a key twice", async () => {
  const { kv, open, put } = await openWatch();
  await put("a", "1");
  const [live, late] = [open(), open()];
  live.create({ key: bytes("a"), prev_kv: true });
  await live.first(1);

  // etcd lets this pass: it looks for keys that are put twice, or put and deleted, within one branch.
  const putting = { success: [{ request_put: { key: bytes("a"), value: bytes("2") } }] };
  const deleting = { success: [{ request_delete_range: { key: bytes("a") } }] };
  await kv("Txn", { success: [{ request_txn: putting }, { request_txn: deleting }] });
  late.create({ key: bytes("a"), prev_kv: true, start_revision: "3" });

  const before = { prev_kv: { mod_revision: "2", value: bytes("1") } };
  for (const stream of [live, late])
    expect((await stream.answer(1)).events).toMatchObject([
      { type: "PUT", ...before },
      { type: "DELETE", ...before },
    ]);
});

test("a revision to come is waited for, and nothing before it is told", async () => {
  const { open, put } = await openWatch();
  const stream = open();
  stream.create({ key: bytes("a"), start_revision: "4" });
  stream.send({ progress_request: {} });
  await stream.first(1);
  for (const value of ["1", "2", "3"]) await put("a", value);

  const [, ...told] = await stream.first(2);
  expect(told).toMatchObject([{ watch_id: "0", events: [{ kv: { mod_revision: "4" } }] }]);
});

test("filters leave out puts or deletions", async () => {
  const { open, put, kv } = await openWatch();
  const stream = open();
  stream.create({ key: bytes("a"), filters: ["NOPUT"] });
  stream.create({ key: bytes("a"), filters: ["NODELETE"] });
  await stream.first(2);
  await put("a");
  await kv("DeleteRange", { key: bytes("a") });

  const told = (await stream.first(4)).slice(2);
  expect(told.map(({ watch_id, events }) => [watch_id, events[0].type])).toEqual([
    ["1", "PUT"],
    ["0", "DELETE"],
  ]);
});

test("a cancel is answered without a reason, that of an unknown id not at all", async () => {
  const { open, put } = await openWatch();
  const stream = open();
  stream.create({ key: bytes("a") });
  stream.send({ cancel_request: { watch_id: "7" } });
  stream.send({ cancel_request: { watch_id: "0" } });
  const [, canceled] = await stream.first(2);
  await put("a");
  stream.create({ key: bytes("b") });

  expect(canceled).toMatchObject({
    canceled: true,
    watch_id: "0",
    cancel_reason: "",
    compact_revision: "0",
  });
  expect(await stream.answer(2)).toMatchObject({ created: true, watch_id: "1" });
});

test("progress is told for all of a stream under the id -1, behind all that it says is told", async () => {
  const { open, put } = await openWatch();
  for (let at = 0; at < 20; at++) await put(`k${at}`);
  const stream = open();
  stream.create({ key: bytes("k"), range_end: bytes("l"), start_revision: "1" });
  stream.send({ progress_request: {} });

  const answers = await stream.first(3);
  expect(answers[1].events).toHaveLength(20);
  expect(answers[2]).toMatchObject({ watch_id: "-1", events: [], header: { revision: "21" } });
});

test("without a key all keys from the first on are watched, with an end up to it", async () => {
  const { open, put } = await openWatch();
  const stream = open();
  stream.create({ range_end: bytes("\0") });
  stream.create({ range_end: bytes("b") });
  await stream.first(2);
  await put("z");
  await put("a");

  const told = (await stream.first(5)).slice(2);
  expect(told.map(({ watch_id, events }) => `${watch_id} ${events[0].kv.key}`)).toEqual([
    "0 z",
    "0 a",
    "1 a",
  ]);
});

test("large answers come in parts where that is asked for, split between events", async () => {
  const { open, put, kv } = await openWatch();
  const keys = Array.from({ length: 8 }, (_, at) => `k${at}`);
  for (const key of keys) await put(key, "x".repeat(600_000));
  const stream = open();
  const all = { key: bytes("k"), range_end: bytes("l") };
  stream.create({ ...all, fragment: true, prev_kv: true });
  await stream.first(1);
  // One revision, whose events hold 4.8 MB of what was before.
  await kv("DeleteRange", all);
  const parts: Answer[] = [];
  while (parts.at(-1)?.fragment ?? true) parts.push(await stream.answer(1 + parts.length));

  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) expect(part.events.length).toBeLessThanOrEqual(3);
  expect(parts.slice(0, -1).every((part) => part.fragment)).toBe(true);
  const told = parts.flatMap((part) => part.events.map((event: Answer) => event.kv.key.toString()));
  expect(told).toEqual(keys);
});

test("a client that has said its last word goes on watching", async () => {
  const { open, put } = await openWatch();
  const stream = open();
  stream.create({ key: bytes("a") });
  stream.halfClose();
  await stream.first(1);
  await put("a");

  expect(await stream.answer(1)).toMatchObject({ events: [{ type: "PUT" }] });
});

test("a client that ends the call is told that it was canceled, and its watches are forgotten", async () => {
  const { open, url } = await openWatch();
  const watches = async (): Promise<string | undefined> =>
    /^etcd_debugging_mvcc_watcher_total (\d+)$/m.exec(
      await (await fetch(`${url}/metrics`)).text(),
    )?.[1];
  const stream = open();
  stream.create({ key: bytes("a") });
  await stream.first(1);
  expect(await watches()).toBe("1");
  stream.cancel();

  expect(await stream.ended).toMatchObject({ code: status.CANCELLED });
  await expect.poll(watches).toBe("0");
});

test("a stream that wants a leader is refused where none is known, and ended when it is lost for long", async () => {
  const { open, replica } = await openWatch();
  const metadata = new Metadata();
  metadata.set("hasleader", "true");
  const stream = open(metadata);
  const indifferent = open();
  for (const one of [stream, indifferent]) one.create({ key: bytes("a") });
  await Promise.all([stream.first(1), indifferent.first(1)]);
  replica.loseLeader();

  const lost = { code: status.UNAVAILABLE, details: "etcdserver: no leader" };
  expect(await stream.ended).toMatchObject(lost);
  expect(await open(metadata).ended).toMatchObject(lost);
  indifferent.create({ key: bytes("b") });
  expect(await indifferent.answer(1)).toMatchObject({ created: true });
});

test("a node that stops ends its streams, so that their clients go elsewhere", async () => {
  const { open, edge } = await openWatch();
  const stream = open();
  stream.create({ key: bytes("a") });
  await stream.first(1);
  await edge.drain(1000);

  expect(await stream.ended).toMatchObject({
    code: status.UNAVAILABLE,
    details: "etcdserver: server stopped",
  });
});
