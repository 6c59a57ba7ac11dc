import { expect, test } from "vitest";
import { isConnected, type PeerProcess } from "../src/conformance/peer-cluster.ts";
import type { GrpcPeerNetwork } from "../src/grpc/grpc-peer-network.ts";
import { clusterOf } from "./support/peer-port-stage.ts";
import { until } from "./support/real-time.ts";

function knownTo({ network }: PeerProcess): readonly number[] {
  return (network as GrpcPeerNetwork).stats().map(({ member }) => member);
}

test.each([
  ["stops", ({ kill }: PeerProcess) => kill()],
  ["looks elsewhere", ({ network }: PeerProcess) => Promise.resolve(network.setPeers([]))],
])("whoever was answered without being known is forgotten when it %s", async (_, leave) => {
  const { called, stranger } = await clusterOf().addedWhileAway({ countsIn: true });
  await until(() => isConnected(called, stranger), "the stranger is answered");
  expect(knownTo(called)).toContain(stranger.id);

  await leave(stranger);

  await until(() => !knownTo(called).includes(stranger.id), "it is forgotten");
});
