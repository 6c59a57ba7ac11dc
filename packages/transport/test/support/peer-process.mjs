// A node's peer network in a process of its own, so that it can be killed: run from what was built.
import { SeededRandom, silentLogger } from "@holdfast/base";
import { GrpcPeerNetwork } from "@holdfast/transport";

let identity = JSON.parse(process.argv[2]);
const tell = (message) => process.send?.(message);
const network = new GrpcPeerNetwork({
  identity: () => identity,
  events: {
    received: (messages) => tell({ kind: "received", count: messages.length }),
    connected: (peer) => tell({ kind: "connected", peer }),
    disconnected: (peer) => tell({ kind: "disconnected", peer }),
    gone: (peer) => tell({ kind: "gone", peer }),
  },
  clock: {
    now: () => performance.now(),
    timer: (delayMs, fire) => {
      const timeout = setTimeout(fire, delayMs);
      return () => clearTimeout(timeout);
    },
  },
  random: new SeededRandom(process.pid),
  logger: silentLogger,
});

process.on("message", async (message) => {
  if (message.kind === "introduce") {
    identity = message.identity;
    network.setPeers(message.identity.membership.profiles);
  }
  if (message.kind === "stop") {
    await network.stop();
    process.disconnect();
  }
});
process.on("disconnect", () => process.exit(0));

await network.listen(`127.0.0.1:${process.argv[3]}`);
tell({ kind: "listening", port: network.port });
