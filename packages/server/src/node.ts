import { join } from "node:path";
import { assert, type BootId, FIRST_GROUP, type Logger, randomBytes, toHex } from "@holdfast/base";
import { type Address, type ClusterConfig, type NodeConfig, parseAddress } from "@holdfast/config";
import { decodeMembership, encodeMembership } from "@holdfast/protocol";
import { resolveRaftOptions } from "@holdfast/raft";
import { Replica, resolveReplicaOptions } from "@holdfast/replica";
import { rowLayout } from "@holdfast/state-machine";
import { nodeFiles, openLevelEngine, StateDirectories, WriteAheadLog } from "@holdfast/storage";
import { GrpcPeerNetwork } from "@holdfast/transport";
import { SystemClock } from "./adapters/system-clock.ts";
import { SystemRandom } from "./adapters/system-random.ts";
import { SystemTurn } from "./adapters/system-turn.ts";
import { ClientEdge } from "./client-edge.ts";
import { DataDirectory } from "./data-directory.ts";

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
const THREAD_POOL_DEFAULT = 4;
/** Threads of libuv's pool that LevelDB leaves to the log. */
const LOG_THREADS = 2;
/** A state on its way in is written once and not read. */
const STAGING_CACHE_BYTES = 1024 * 1024;

/**
 * One node of a cluster, composed: directory, log, replica, peer network, client
 * port. Opened in the order in which they stand on each other, stopped in reverse.
 */
export class Node {
  readonly replica: Replica;
  readonly #directory: DataDirectory;
  readonly #log: WriteAheadLog;
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
    readonly log: WriteAheadLog;
    readonly replica: Replica;
    readonly network: GrpcPeerNetwork;
    readonly edge: ClientEdge;
  }) {
    this.#directory = opened.directory;
    this.#log = opened.log;
    this.replica = opened.replica;
    this.#network = opened.network;
    this.#edge = opened.edge;
  }

  /** Opens both ports, then takes part. */
  async start(peerAddress: string): Promise<void> {
    try {
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
    await this.replica.stop();
    await this.#network.stop();
    await this.#log.close();
    await this.#directory.close();
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
  const files = nodeFiles(directory.path);
  const { log, recovered } = await WriteAheadLog.open({ files, directory: "wal", logger, clock });
  logger.info({ durability: files.durability, directory: directory.path }, "log opened");
  const replica: Replica = new Replica({
    self: { ...configured(node), storeId: directory.storeId },
    bootId: toHex(randomBytes(random, 16)) as BootId,
    nodes: config.nodes.map(configured),
    bootstrap,
    options: resolveReplicaOptions({ raft: resolveRaftOptions(config.raft) }),
    clock,
    turn,
    random,
    logger,
    log,
    recovered: recovered.get(FIRST_GROUP),
    membershipCodec: { encode: encodeMembership, decode: decodeMembership },
    directories: new StateDirectories(files),
    openEngine: (name) =>
      openLevelEngine(join(directory.path, name), { jobsMax: threadPoolSize() - LOG_THREADS }),
    // It takes one of the log's threads while it lasts, and leaves it the other.
    openStagingEngine: (name) =>
      openLevelEngine(join(directory.path, name), { jobsMax: 1, cacheSize: STAGING_CACHE_BYTES }),
    observe: {
      logWritten: (seconds) => edge.metrics.noteWalWrite(seconds),
      stateWritten: (seconds) => edge.metrics.noteStateCommit(seconds),
      snapshotsUnderWay: (way, count) => edge.metrics.snapshots.underWay(way, count),
      snapshotEnded: (transfer) => edge.metrics.snapshots.ended(transfer),
    },
  });
  const network = new GrpcPeerNetwork({
    identity: () => replica.identity(),
    events: replica.events,
    clock,
    random,
    logger,
  });
  const layout = rowLayout(FIRST_GROUP);
  const edge: ClientEdge = new ClientEdge(
    { replica, clock, turn, logger, layout },
    clientAddress(node),
  );
  replica.onChange(({ leader }) => edge.metrics.noteLeader(leader));
  return new Node({ directory, log, replica, network, edge });
}

/** What the launcher gave libuv; its own default otherwise (decision 13). */
function threadPoolSize(): number {
  const size = Number(process.env["UV_THREADPOOL_SIZE"]);
  return Number.isInteger(size) && size > LOG_THREADS ? size : THREAD_POOL_DEFAULT;
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
