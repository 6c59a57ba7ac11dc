import { performance } from "node:perf_hooks";
import type { BootId } from "@holdfast/base";
import { expect, onTestFinished, test, vi } from "vitest";
import { PeerCluster, type PeerProcess } from "../src/conformance/peer-cluster.ts";
import type { PeerLimits } from "../src/peer-limits.ts";
import { type ChildPeer, startChildPeer } from "./support/child-peer.ts";
import { grpcFixture } from "./support/grpc-fixture.ts";
import { until } from "./support/real-time.ts";

vi.setConfig({ testTimeout: 30_000 });

test("the survivors know within 150 ms that a process was killed, both of them, once", async () => {
  const { a, c, b, child } = await twoAndAChild();
  const killedAt = performance.now();

  child.process.kill("SIGKILL");
  await until(() => heard(a, b).includes("gone") && heard(c, b).includes("gone"), "gone told");

  const tookMs = performance.now() - killedAt;
  expect(heard(a, b)).toEqual(["connected", "disconnected", "gone"]);
  expect(heard(c, b)).toEqual(["connected", "disconnected", "gone"]);
  expect(heard(a, c)).toEqual(["connected"]);
  expect(tookMs).toBeLessThan(150);
});

test("a restarted process is connected, both ways, within 500 ms of opening its port", async () => {
  const { a, b, child, members } = await twoAndAChild();
  child.process.kill("SIGKILL");
  await until(() => heard(a, b).includes("gone"), "gone told");
  // Long enough for pauses between dials to grow to their longest.
  await waitMs(2_000);
  const bootId = "c".repeat(32) as BootId;
  const identity = { ...b.identity, bootId };

  const again = await startChildPeer(identity, child.port);
  const openAt = performance.now();
  again.introduce(identity);
  await until(() => heard(a, b).at(-1) === "connected", "connected to the new process");
  await until(() => again.reports.some(({ peer }) => peer === a.id), "connected from it");

  expect(performance.now() - openAt).toBeLessThan(500);
  expect(heard(a, b)).toEqual(["connected", "disconnected", "gone", "connected"]);
  expect(members).toHaveLength(3);
});

test("a process that stops in an orderly way is gone too", async () => {
  const { a, b, child } = await twoAndAChild();

  child.process.send({ kind: "stop" });
  await until(() => heard(a, b).includes("gone"), "gone told");

  expect(heard(a, b)).toEqual(["connected", "disconnected", "gone"]);
});

test("a paused process is disconnected, never gone, and connected when it goes on", async () => {
  const quick = { pingMs: 100, pingTimeoutMs: 200, handshakeTimeoutMs: 200 };
  const { a, b, child } = await twoAndAChild(quick);

  child.process.kill("SIGSTOP");
  await until(() => heard(a, b).includes("disconnected"), "the silence was noticed");
  await waitMs(700);
  child.process.kill("SIGCONT");
  await until(() => heard(a, b).at(-1) === "connected", "connected again");

  expect(heard(a, b)).toEqual(["connected", "disconnected", "connected"]);
});

interface Scene {
  readonly a: PeerProcess;
  readonly c: PeerProcess;
  /** The child as the others know it. */
  readonly b: PeerProcess;
  readonly child: ChildPeer;
  readonly members: readonly PeerProcess[];
}

/** Two networks in this process and one in another, all connected. */
async function twoAndAChild(limits: Partial<PeerLimits> = {}): Promise<Scene> {
  // As a connection that has stood for a while.
  const cluster = new PeerCluster(grpcFixture({ steadyMs: 1, ...limits }));
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  const a = await cluster.start(1);
  const c = await cluster.start(3);
  const seat = await cluster.start(2);
  await seat.kill();
  const child = await startChildPeer(seat.identity, 0);
  const b = { ...seat, address: `127.0.0.1:${child.port}` };
  const members = [a, b, c];
  cluster.introduce(members);
  child.introduce(b.identity);
  const connected = (): boolean =>
    [a, c].every((one) => heard(one, b).includes("connected")) &&
    child.reports.filter(({ kind }) => kind === "connected").length === 2;
  await until(connected, "all are connected");
  return { a, b, c, child, members };
}

/** What a process heard of a peer, messages aside. */
function heard(process: PeerProcess, peer: PeerProcess): readonly string[] {
  return process.sightings
    .filter((sighting) => "peer" in sighting && sighting.peer === peer.id)
    .map(({ kind }) => kind);
}

async function waitMs(ms: number): Promise<void> {
  const end = performance.now() + ms;
  await until(() => performance.now() > end, "time passes", ms + 1_000);
}
