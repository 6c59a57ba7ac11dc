import { SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import { ManualWorld } from "../../test/manual-world.ts";
import { MemoryCluster } from "../../test/memory-cluster.ts";
import { connected, N1, N2, N3, watch } from "../../test/stage.ts";
import { CLIENT_LIMITS } from "./client-limits.ts";
import { SessionClient } from "./session-client.ts";

test("connecting finds the one node that is there", async () => {
  const world = new ManualWorld();
  const cluster = new MemoryCluster(world.turn, [N1, N2, N3]);
  cluster.kill(N1, N2);
  const session = new SessionClient(
    { clock: world.clock, turn: world.turn, random: new SeededRandom(3), transport: cluster },
    { addresses: [N1, N2, N3], limits: CLIENT_LIMITS },
  );

  const opened = watch(session.open({ timeoutMs: 5000 }));
  await world.pass(100);

  expect(opened.error).toBeUndefined();
  expect(session.address).toBe(N3);
});

test("connecting where nobody is fails at its deadline with what each address said", async () => {
  const world = new ManualWorld();
  const cluster = new MemoryCluster(world.turn, [N1, N2]);
  cluster.kill(N1, N2);
  const session = new SessionClient(
    { clock: world.clock, turn: world.turn, random: new SeededRandom(3), transport: cluster },
    { addresses: [N1, N2], limits: CLIENT_LIMITS },
  );

  const opened = watch(session.open({ timeoutMs: 1000 }));
  await world.pass(1001);

  expect(opened.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
  expect(opened.error?.message).toMatch(/n1:2379: connection refused/);
  expect(opened.error?.message).toMatch(/n2:2379: connection refused/);
});

test("connecting fails at once where every node refuses for good, and goes on where it may be for a while", async () => {
  const world = new ManualWorld();
  const cluster = new MemoryCluster(world.turn, [N1, N2]);
  const connect = () => {
    const session = new SessionClient(
      { clock: world.clock, turn: world.turn, random: new SeededRandom(3), transport: cluster },
      { addresses: [N1, N2], limits: CLIENT_LIMITS },
    );
    return watch(session.open({ timeoutMs: 60_000 }));
  };

  cluster.set({ kind: "rejects", code: "SESSION_PROTOCOL", retryable: false });
  const hopeless = connect();
  await world.pass(1000);
  cluster.set({ kind: "rejects", code: "OVERLOADED", retryable: true });
  const hopeful = connect();
  await world.pass(10_000);

  expect(hopeless.error).toMatchObject({ code: "SESSION_PROTOCOL", retryable: false });
  expect(hopeful.error).toBeUndefined();
});

test("members that are told of later are tried too", async () => {
  const { world, cluster, session, client } = await connected();
  expect(session.addresses).toEqual([N1, N2, N3]);
  cluster.addresses = [N1, "n4:2379"];

  cluster.tellMembers();
  await world.settle();
  expect(session.addresses).toEqual([N1, "n4:2379"]);
  cluster.kill(N1);
  const put = watch(client.put("a", "1"));
  await world.pass(100);

  expect(put.error).toBeUndefined();
  expect(session.address).toBe("n4:2379");
});
