import {
  assert,
  type BootId,
  FIRST_GROUP,
  type Logger,
  messageOf,
  randomBytes,
  toHex,
} from "@holdfast/base";
import { type Address, type ClusterConfig, type NodeConfig, parseAddress } from "@holdfast/config";
import { decodeMembership, encodeMembership } from "@holdfast/protocol";
import { resolveRaftOptions } from "@holdfast/raft";
import { Replica, resolveReplicaOptions } from "@holdfast/replica";
import { rowLayout } from "@holdfast/state-machine";
import { GrpcPeerNetwork } from "@holdfast/transport";
import { SystemClock } from "./adapters/system-clock.ts";
import { SystemRandom } from "./adapters/system-random.ts";
import { SystemTurn } from "./adapters/system-turn.ts";
import { ClientEdge } from "./client-edge.ts";
import { CLIENT_PORT_DEFAULTS } from "./client-port/client-port.ts";
import { DataDirectory } from "./data-directory.ts";
import { NodeDisk, type NodeDiskParts } from "./node-disk.ts";
import { connectionLimits, openFilesLimit } from "./open-files.ts";

export interface NodeParts {
  readonly config: ClusterConfig;
  readonly node: NodeConfig;
  readonly bootstrap: boolean;
  readonly logger: Logger;
}

/** A stop may take so long, ms: to hand over leadership, then to answer what is in flight. */
const STOP_GRACE_MS = 1_000;
/** What is in flight has so long, however long the handing over took, ms. */
const DRAIN_MS_LEAST = 500;

/**
 * One node of a cluster, composed: directory, log, replica, peer network, client
 * port. Opened in the order in which they stand on each other, stopped in reverse.
 */
export class Node {
  readonly replica: Replica;
  readonly #directory: DataDirectory;
  readonly #disk: NodeDisk;
  readonly #network: GrpcPeerNetwork;
  readonly #edge: ClientEdge;
  #stopping: Promise<void> | undefined;

  /** Undoes its own part before it rejects. */
  static async open(parts: NodeParts): Promise<Node> {
    const { node } = parts;
    const random = new SystemRandom();
    const directory = await DataDirectory.open(node.data, node.id, random);
    try {
      return await openOn(directory, parts, random);
    } catch (failure) {
      await directory.close();
      throw failure;
    }
  }

  constructor(opened: {
    readonly directory: DataDirectory;
    readonly disk: NodeDisk;
    readonly replica: Replica;
    readonly network: GrpcPeerNetwork;
    readonly edge: ClientEdge;
  }) {
    this.#directory = opened.directory;
    this.#disk = opened.disk;
    this.replica = opened.replica;
    this.#network = opened.network;
    this.#edge = opened.edge;
  }

  /** Opens both ports, then takes part. */
  async start(peerAddress: string): Promise<void> {
    try {
      await this.#disk.space.start();
      await this.#network.listen(peerAddress);
      await this.#edge.start();
      await this.replica.start(this.#network);
    } catch (failure) {
      await this.stop();
      throw failure;
    }
  }

  /**
   * Lets another node lead if this one does, answers what is in flight, then closes everything;
   * every call waits for the same end.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const since = performance.now();
    const { electionTimeoutMs } = this.replica.status();
    await this.replica.handOver(Math.min(electionTimeoutMs, STOP_GRACE_MS));
    const leftMs = STOP_GRACE_MS - (performance.now() - since);
    await this.#edge.drain(Math.max(DRAIN_MS_LEAST, leftMs));
    try {
      await this.replica.stop();
    } finally {
      // A state that could not be flushed, or closed, keeps neither port nor lock.
      await this.#network.stop();
      await this.#disk.close();
      await this.#directory.close();
    }
  }
}

async function openOn(
  directory: DataDirectory,
  parts: NodeParts,
  random: SystemRandom,
): Promise<Node> {
  const { config, node, logger, bootstrap } = parts;
  const clock = new SystemClock();
  const turn = new SystemTurn();
  const { diskReserveBytes: reserveBytes, ...limits } = config.limits;
  const disk = await openDisk(directory, { path: directory.path, reserveBytes, clock, logger });
  const replica: Replica = new Replica({
    self: { ...configured(node), storeId: directory.storeId },
    bootId: toHex(randomBytes(random, 16)) as BootId,
    nodes: config.nodes.map(configured),
    bootstrap,
    options: resolveReplicaOptions({
      raft: resolveRaftOptions(config.raft),
      ...limits,
      compaction: config.compaction,
    }),
    clock,
    turn,
    random,
    logger,
    log: disk.log,
    recovered: disk.recovered.get(FIRST_GROUP),
    membershipCodec: { encode: encodeMembership, decode: decodeMembership },
    directories: disk.directories,
    room: disk.space,
    openEngine: (name) => disk.openEngine(name),
    openStagingEngine: (name) => disk.openStagingEngine(name),
    observe: {
      logWritten: (seconds) => edge.metrics.noteWalWrite(seconds),
      stateWritten: (seconds) => edge.metrics.noteStateCommit(seconds),
      snapshotsUnderWay: (way, count) => edge.metrics.snapshots.underWay(way, count),
      snapshotEnded: (transfer) => edge.metrics.snapshots.ended(transfer),
    },
  });
  const connections = connectionLimits();
  if (connections.client < CLIENT_PORT_DEFAULTS.connectionsMax) {
    logger.warn(
      { openFilesMax: openFilesLimit(), clientConnectionsMax: connections.client },
      "few files may be open here, so fewer client connections are taken: raise ulimit -n",
    );
  }
  const network = new GrpcPeerNetwork({
    limits: { connectionsMax: connections.peer },
    identity: () => replica.identity(),
    events: replica.events,
    clock,
    random,
    logger,
  });
  const layout = rowLayout(FIRST_GROUP);
  const edge: ClientEdge = new ClientEdge(
    { replica, clock, turn, random, logger, layout, space: disk.space },
    { ...clientAddress(node), connectionsMax: connections.client },
  );
  replica.onChange(({ role, leader, clusterId }) => {
    edge.metrics.noteLeader(leader);
    // One that was removed goes on to answer who asks, and says why; who only listens would wait for ever.
    if (role === "stopped") edge.endStreams();
    if (clusterId !== undefined) noteBirth(directory, logger);
  });
  return new Node({ directory, disk, replica, network, edge });
}

/** The log, and all that stands beside it; never the log of another life than the directory's. */
async function openDisk(directory: DataDirectory, parts: NodeDiskParts): Promise<NodeDisk> {
  const disk = await NodeDisk.open(parts);
  try {
    directory.checkLog(disk.recovered.get(FIRST_GROUP)?.head.clusterId !== undefined);
    return disk;
  } catch (failure) {
    await disk.close();
    throw failure;
  }
}

function noteBirth(directory: DataDirectory, logger: Logger): void {
  directory.noteBirth().catch((failure: unknown) => {
    // The next start notes it, as the log says so.
    logger.warn({ why: messageOf(failure) }, "the store's birth was not noted beside its identity");
  });
}

function clientAddress({ client }: NodeConfig): Address {
  const address = parseAddress(client);
  assert(address !== undefined, "the configuration was checked");
  return address;
}

function configured({ id, peer, client }: NodeConfig): {
  readonly name: string;
  readonly peerAddress: string;
  readonly clientAddress: string;
} {
  return { name: id, peerAddress: peer, clientAddress: client };
}
