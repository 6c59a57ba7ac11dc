import type { Client, ClientDuplexStream, Metadata, ServiceError } from "@grpc/grpc-js";
import { Metadata as GrpcMetadata, status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Answer, bytes, clientOf, openEdge } from "./open-edge.ts";

const LARGEST = "9223372036854775807";

type Stream = ClientDuplexStream<{ readonly ID: string }, Answer>;

/** A stream of renewals, with all that came and how it ended. */
function keepAlive(target: string, metadata: Metadata = new GrpcMetadata()) {
  const client = clientOf(target, "etcdserverpb", "Lease") as Client & {
    LeaseKeepAlive(metadata: Metadata): Stream;
  };
  const call = client.LeaseKeepAlive(metadata);
  const answers: Answer[] = [];
  let wake = (): void => undefined;
  call.on("data", (answer) => {
    answers.push(answer);
    wake();
  });
  const ended = new Promise<{ readonly code: status; readonly details: string }>((resolve) => {
    call.on("error", (failure: ServiceError) => resolve(failure));
    call.on("status", resolve);
  });
  onTestFinished(() => call.cancel());
  const many = async (count: number): Promise<readonly Answer[]> => {
    while (answers.length < count) {
      await new Promise<void>((resume) => {
        wake = resume;
      });
    }
    return answers.splice(0, count);
  };
  return { call, ended, many };
}

describe("a grant", () => {
  test("chooses an id for who names none, and raises the time to live to the least", async () => {
    const { lease } = await openEdge();

    const chosen = await lease("LeaseGrant", { TTL: 60 });
    const least = await lease("LeaseGrant", { TTL: -5, ID: LARGEST });

    expect(chosen).toMatchObject({ TTL: "60", error: "", header: { revision: "1" } });
    expect(BigInt(chosen.ID)).toBeGreaterThan(0n);
    expect(least).toMatchObject({ TTL: "2", ID: LARGEST });
  });

  test("of a known id, or for too long, is refused in etcd's words", async () => {
    const { lease } = await openEdge();
    await lease("LeaseGrant", { TTL: 60, ID: "-7" });

    await expect(lease("LeaseGrant", { TTL: 60, ID: "-7" })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: "etcdserver: lease already exists",
    });
    await expect(lease("LeaseGrant", { TTL: "9000000001" })).rejects.toMatchObject({
      code: status.OUT_OF_RANGE,
      details: "etcdserver: too large lease TTL",
    });
    await expect(lease("LeaseGrant", { TTL: LARGEST })).rejects.toMatchObject({
      code: status.OUT_OF_RANGE,
    });
    expect(await lease("LeaseGrant", { TTL: "9000000000" })).toMatchObject({ TTL: "9000000000" });
  });
});

test("a revoked lease takes its keys along; one that is not known is not found", async () => {
  const { lease, kv } = await openEdge();
  await lease("LeaseGrant", { TTL: 60, ID: "7" });
  for (const key of ["a", "b"]) await kv("Put", { key: bytes(key), lease: "7" });

  expect(await lease("LeaseRevoke", { ID: "7" })).toMatchObject({ header: { revision: "4" } });

  expect(await kv("Range", { key: bytes("a"), range_end: bytes("z") })).toMatchObject({
    count: "0",
  });
  for (const ID of ["7", "0"]) {
    await expect(lease("LeaseRevoke", { ID })).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: "etcdserver: requested lease not found",
    });
  }
});

test("what is left of a lease is told in whole seconds, with its keys for who asks", async () => {
  const { lease, kv } = await openEdge();
  await lease("LeaseGrant", { TTL: 60, ID: "7" });
  for (const key of ["b", "a"]) await kv("Put", { key: bytes(key), lease: "7" });

  const short = await lease("LeaseTimeToLive", { ID: "7" });
  const long = await lease("LeaseTimeToLive", { ID: "7", keys: true });
  const none = await lease("LeaseTimeToLive", { ID: "8", keys: true });

  expect(short).toMatchObject({ ID: "7", TTL: "59", grantedTTL: "60", keys: [] });
  expect(short.header.revision).toBe("3");
  expect(long.keys.map(String)).toEqual(["a", "b"]);
  expect(none).toMatchObject({ ID: "8", TTL: "-1", grantedTTL: "0", keys: [] });
});

test("many leases, and many keys of one, are told as few are", async () => {
  const { lease, replica } = await openEdge();
  const call = { deadline: Number.POSITIVE_INFINITY };
  const granting = Array.from({ length: 4_500 }, (_, at) =>
    replica.propose({ kind: "lease-grant", id: BigInt(at + 1), ttlSeconds: 60 }, call),
  );
  const none = { prevKv: false, ignoreValue: false, ignoreLease: false, value: bytes("") };
  await Promise.all(granting);
  const putting = Array.from({ length: 4_500 }, (_, at) =>
    replica.propose({ kind: "put", key: bytes(`key ${at}`), lease: 7n, ...none }, call),
  );
  await Promise.all(putting);

  const { leases, header } = await lease("LeaseLeases", {});
  const found = await lease("LeaseTimeToLive", { ID: "7", keys: true });

  expect(leases).toHaveLength(4_500);
  expect(new Set(leases.map(({ ID }: Answer) => ID)).size).toBe(4_500);
  expect(header).toMatchObject({ revision: "4501" });
  expect(found).toMatchObject({ ID: "7", TTL: "59", header: { revision: "4501" } });
  expect(new Set(found.keys.map(String)).size).toBe(4_500);
});

test("all leases are told", async () => {
  const { lease } = await openEdge();
  for (const ID of ["7", "-1"]) await lease("LeaseGrant", { TTL: 60, ID });

  const { leases } = await lease("LeaseLeases", {});

  expect(leases).toEqual([{ ID: "7" }, { ID: "-1" }]);
});

describe("a stream of renewals", () => {
  test("answers each in order, with 0 for a lease that is gone, and goes on", async () => {
    const { lease, target } = await openEdge();
    await lease("LeaseGrant", { TTL: 60, ID: "7" });
    const { call, ended, many } = keepAlive(target);

    for (const ID of ["7", "8", "0", "7"]) call.write({ ID });

    const told = (await many(4)).map(({ ID, TTL }) => `${ID} lives ${TTL} s`);
    expect(told).toEqual(["7 lives 60 s", "8 lives 0 s", "0 lives 0 s", "7 lives 60 s"]);
    call.end();
    expect(await ended).toMatchObject({ code: status.OK });
  });

  test("that is half-closed ends when all is answered, however much was asked", async () => {
    const { lease, target } = await openEdge();
    await lease("LeaseGrant", { TTL: 60, ID: "7" });
    const { call, ended, many } = keepAlive(target);

    for (let count = 0; count < 5_000; count++) call.write({ ID: "7" });
    call.end();

    expect(await many(5_000)).toHaveLength(5_000);
    expect(await ended).toMatchObject({ code: status.OK });
  });

  test("ends where there is no leader for a caller that asks for one", async () => {
    const { lease, target, replica } = await openEdge();
    await lease("LeaseGrant", { TTL: 60, ID: "7" });
    replica.loseLeader();
    const metadata = new GrpcMetadata();
    metadata.set("hasleader", "true");
    const { call, ended } = keepAlive(target, metadata);

    call.write({ ID: "7" });

    expect(await ended).toMatchObject({
      code: status.UNAVAILABLE,
      details: "etcdserver: no leader",
    });
  });

  test("that is quiet ends as soon as one that asks where there was no leader for three election timeouts", async () => {
    const { lease, target, replica } = await openEdge();
    replica.electionTimeoutMs = 20;
    await lease("LeaseGrant", { TTL: 60, ID: "7" });
    const metadata = new GrpcMetadata();
    metadata.set("hasleader", "true");
    const wanting = keepAlive(target, metadata);
    const content = keepAlive(target);
    for (const { call } of [wanting, content]) call.write({ ID: "7" });
    await wanting.many(1);
    await content.many(1);

    replica.loseLeader();

    expect(await wanting.ended).toMatchObject({
      code: status.UNAVAILABLE,
      details: "etcdserver: no leader",
    });
    replica.regainLeader();
    content.call.write({ ID: "7" });
    expect(await content.many(1)).toMatchObject([{ TTL: "60" }]);
  });

  test("that wants a leader is refused as it opens where there is none", async () => {
    const { target, replica } = await openEdge();
    // Whoever waits for one that is open would wait for hours.
    replica.electionTimeoutMs = 3_600_000;
    replica.loseLeader();
    const metadata = new GrpcMetadata();
    metadata.set("hasleader", "true");

    expect(await keepAlive(target, metadata).ended).toMatchObject({
      code: status.UNAVAILABLE,
      details: "etcdserver: no leader",
    });
  });

  test("does not hold up a node that stops", async () => {
    const { lease, target, edge } = await openEdge();
    await lease("LeaseGrant", { TTL: 60, ID: "7" });
    const { call, ended, many } = keepAlive(target);
    call.write({ ID: "7" });
    await many(1);
    const before = performance.now();

    await edge.drain(10_000);

    expect(await ended).toMatchObject({ code: status.UNAVAILABLE });
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

test("what became of leases is counted under etcd's names", async () => {
  const { lease, target, url } = await openEdge();
  await lease("LeaseGrant", { TTL: 60, ID: "7" });
  await lease("LeaseGrant", { TTL: 60, ID: "8" });
  const { call, many } = keepAlive(target);
  call.write({ ID: "7" });
  await many(1);
  await lease("LeaseRevoke", { ID: "8" });

  const text = await (await fetch(`${url}/metrics`)).text();

  expect(text).toContain("\netcd_debugging_lease_granted_total 2\n");
  expect(text).toContain("\netcd_debugging_lease_renewed_total 1\n");
  expect(text).toContain("\netcd_debugging_lease_revoked_total 1\n");
  expect(text).toContain("\nholdfast_leases 1\n");
});
