import { describe, expect, test } from "vitest";
import { type NetworkFixture, PeerCluster } from "../src/conformance/peer-cluster.ts";
import { PEER_NETWORK_PROPERTIES } from "../src/conformance/peer-network-properties.ts";
import { SNAPSHOT_SOURCE_PROPERTIES } from "../src/conformance/snapshot-source-properties.ts";
import { MemoryPeerHub } from "../src/memory/memory-peer-hub.ts";
import { grpcFixture } from "./support/grpc-fixture.ts";
import { realClock, realTurn, until } from "./support/real-time.ts";

const fixtures: Readonly<Record<string, () => NetworkFixture>> = {
  gRPC: grpcFixture,
  memory: () => memoryFixture({ encode: false }),
  "encoded memory": () => memoryFixture({ encode: true }),
};

describe.each(Object.entries(fixtures))("the %s peer network", (_name, makeFixture) => {
  test.each([...PEER_NETWORK_PROPERTIES, ...SNAPSHOT_SOURCE_PROPERTIES])(
    "$name",
    async ({ holds }) => {
      const fixture = makeFixture();
      await using cluster = new PeerCluster(fixture);

      expect(await holds(cluster, fixture)).toBe(true);
    },
  );
});

function memoryFixture({ encode }: { readonly encode: boolean }): NetworkFixture {
  const hub = new MemoryPeerHub({ turn: realTurn, clock: realClock, encode });
  let opened = 0;
  return {
    open: ({ identity, events, address = `memory:${++opened}` }) => {
      const network = hub.join({ address, identity, events });
      const kill = (): Promise<void> => {
        hub.crash(address);
        return Promise.resolve();
      };
      return Promise.resolve({ network, address, kill });
    },
    until,
    settle: async () => {
      for (let turn = 0; turn < 10; turn++) await realTurn.next();
    },
  };
}
