import { type BootId, FIRST_GROUP, SeededRandom, type StoreId, silentLogger } from "@holdfast/base";
import { type MembershipCodec, resolveRaftOptions } from "@holdfast/raft";
import { type Engine, StateDirectories, WriteAheadLog } from "@holdfast/storage";
import { Replica } from "../src/replica.ts";
import { resolveReplicaOptions } from "../src/replica-options.ts";
import type { ManualTime } from "./manual-time.ts";
import type { MemoryDisk } from "./memory-disk.ts";

const NODE = { name: "n1", peerAddress: "n1:1", clientAddress: "n1:2" };
const codec: MembershipCodec = {
  encode: (membership) => new TextEncoder().encode(JSON.stringify(membership)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
};

/** A cluster of one, before it is born. */
export async function replicaOn(disk: MemoryDisk, time: ManualTime) {
  const wal = { files: disk.files, directory: "wal", logger: silentLogger };
  const opening = WriteAheadLog.open({ ...wal, segmentBytes: 64 * 1024 });
  const { log, recovered } = await time.until(opening);
  const openEngine = (directory: string): Promise<Engine> => disk.openEngine(directory);
  const replica = new Replica({
    self: { ...NODE, storeId: "1".repeat(32) as StoreId },
    bootId: "2".repeat(32) as BootId,
    nodes: [NODE],
    bootstrap: false,
    options: resolveReplicaOptions({ raft: resolveRaftOptions() }),
    clock: time,
    turn: time,
    random: new SeededRandom(1),
    logger: silentLogger,
    log,
    recovered: recovered.get(FIRST_GROUP),
    membershipCodec: codec,
    observe: {
      logWritten: () => undefined,
      stateWritten: () => undefined,
      snapshotsUnderWay: () => undefined,
      snapshotEnded: () => undefined,
    },
    directories: new StateDirectories(disk.files),
    room: { shortage: undefined, onChange: () => undefined },
    openEngine,
    openStagingEngine: openEngine,
  });
  const network = {
    setPeers: () => undefined,
    send: () => undefined,
    hello: () => Promise.reject(new Error("there is nobody else")),
    snapshotSource: () => {
      throw new Error("nobody offers a state");
    },
  };
  return { replica, network, log };
}
