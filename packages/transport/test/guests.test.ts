import { expect, test } from "vitest";
import { isConnected, type PeerProcess } from "../src/conformance/peer-cluster.ts";
import type { GrpcPeerNetwork } from "../src/grpc/grpc-peer-network.ts";
import { encodeIdentity } from "../src/grpc/identity-codec.ts";
import { clusterOf, dial, passMs } from "./support/peer-port-stage.ts";
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

test("a guest is answered as long as one of its connections stands", async () => {
  const { called, stranger } = await clusterOf().addedWhileAway({ countsIn: true });
  await until(() => isConnected(called, stranger), "the stranger is answered");
  const older = dial(called);
  older.write({ identity: encodeIdentity(stranger.identity) });
  await passMs(300);
  older.cancel();
  await passMs(300);
  const before = stranger.sightings.length;

  called.network.send(stranger.id, [{ kind: "room", from: called.id, hasRoom: true }]);

  await until(() => stranger.sightings.length > before, "the answer arrives");
});
