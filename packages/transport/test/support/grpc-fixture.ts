import { SeededRandom, silentLogger } from "@holdfast/base";
import type { NetworkFixture, OpenNetworkOptions } from "../../src/conformance/peer-cluster.ts";
import { GrpcPeerNetwork } from "../../src/grpc/grpc-peer-network.ts";
import type { PeerLimits } from "../../src/peer-limits.ts";
import { realClock, until } from "./real-time.ts";

/** Networks over gRPC on loopback; a kill closes everything at once. */
export function grpcFixture(limits: Partial<PeerLimits> = {}): NetworkFixture {
  return {
    open: async ({ identity, events, address = "127.0.0.1:0" }: OpenNetworkOptions) => {
      const network = new GrpcPeerNetwork({
        identity,
        events,
        clock: realClock,
        random: new SeededRandom(7),
        logger: silentLogger,
        limits,
      });
      await network.listen(address);
      return {
        network,
        address: `127.0.0.1:${network.port}`,
        kill: () => network.stop(),
      };
    },
    until,
    settle: async () => {
      // Longer than a few dials of a peer take, and the time in which a second event would come.
      const end = realClock.now() + 250;
      await until(() => realClock.now() > end, "time passes");
    },
  };
}
