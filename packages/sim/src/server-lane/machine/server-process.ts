import { type BootId, FIRST_GROUP, type Logger, type Millis } from "@holdfast/base";
import { decodeMembership, encodeMembership } from "@holdfast/protocol";
import {
  type ConfiguredNode,
  Replica,
  type ReplicaOptions,
  type ReplicaStatus,
} from "@holdfast/replica";
import {
  Headers,
  KvService,
  LeaseService,
  MaintenanceService,
  ReplicaCalls,
  SESSION_LIMITS,
  SessionService,
  type WatchLimits,
  WatchService,
} from "@holdfast/service";
import { DEFAULT_OPERATION_LIMITS, rowLayout } from "@holdfast/state-machine";
import { StateDirectories, WriteAheadLog } from "@holdfast/storage";
import type { MemoryPeerHub } from "@holdfast/transport/memory";
import type { Timeline } from "../../timeline.ts";
import { ProcessTime } from "./process-time.ts";
import type { ServerMachine } from "./server-machine.ts";
import { storeIdOf } from "./server-machine.ts";

export interface ServerProcessParts {
  readonly machine: ServerMachine;
  readonly timeline: Timeline;
  readonly hub: MemoryPeerHub;
  readonly nodes: readonly ConfiguredNode[];
  readonly options: ReplicaOptions;
  readonly segmentBytes: number;
  readonly watchLimits: Partial<WatchLimits>;
  readonly farewellMs: Millis;
  readonly logger: Logger;
  /** The replica says that where it stands has changed. */
  changed(status: ReplicaStatus): void;
  /** A whole state was received. */
  stateReceived(): void;
  /** The replica stopped by itself, or could not start. */
  failed(failure: unknown): void;
}

/**
 * One process of a node, composed as the server composes it, on a virtual clock, disk and
 * network: log, replica, services. What clients and peers ask of it goes through {@link time}.
 */
export class ServerProcess {
  readonly time: ProcessTime;
  readonly #parts: ServerProcessParts;
  #log: WriteAheadLog | undefined;
  #replica: Replica | undefined;
  #sessions: SessionService | undefined;
  #maintenance: MaintenanceService | undefined;
  #kv: KvService | undefined;
  #lease: LeaseService | undefined;
  #watches: WatchService | undefined;
  #isStopping = false;

  constructor(parts: ServerProcessParts) {
    this.#parts = parts;
    this.time = new ProcessTime(parts.timeline, parts.machine.clock);
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** `undefined` while the log is being opened. */
  get replica(): Replica | undefined {
    return this.#replica;
  }

  /** `undefined` while the port is not open. */
  get sessions(): SessionService | undefined {
    return this.#sessions;
  }

  /** etcd's KV; `undefined` while the port is not open. */
  get kv(): KvService | undefined {
    return this.#kv;
  }

  /** etcd's watches; `undefined` while the port is not open. */
  get watches(): WatchService | undefined {
    return this.#watches;
  }

  /** etcd's leases; `undefined` while the port is not open. */
  get lease(): LeaseService | undefined {
    return this.#lease;
  }

  get maintenance(): MaintenanceService | undefined {
    return this.#maintenance;
  }

  /** Opens the log, then takes part; what goes wrong is told to `failed`. */
  start(): void {
    this.#start().catch((failure: unknown) => {
      if (!this.time.hasEnded) this.#parts.failed(failure);
    });
  }

  /** As on SIGTERM: another leads, what was asked is answered, what is applied is on the disk. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const replica = this.#replica;
    if (replica === undefined) return;
    await replica.handOver(this.#parts.options.raft.electionTimeoutMs);
    this.#sessions?.drain();
    this.#watches?.drain();
    await replica.stop();
    await this.#log?.close();
  }

  /** As by a kill: nothing more runs in it. */
  end(): void {
    this.time.end();
    this.#parts.hub.crash(this.#parts.machine.peerAddress);
  }

  async #start(): Promise<void> {
    const { machine, nodes, options, logger, segmentBytes, hub } = this.#parts;
    const { time } = this;
    const { files, openEngine } = machine.disk.boot();
    const wal = { files, directory: "wal", segmentBytes, logger, clock: time };
    const { log, recovered } = await WriteAheadLog.open(wal);
    if (time.hasEnded) return;
    this.#log = log;
    const { name, peerAddress, clientAddress, storeId } = machine;
    const replica = new Replica({
      self: { name, peerAddress, clientAddress, storeId },
      bootId: storeIdOf(machine.dice) as string as BootId,
      nodes,
      bootstrap: false,
      options,
      clock: time,
      turn: time,
      random: machine.dice.random,
      logger,
      log,
      recovered: recovered.get(FIRST_GROUP),
      membershipCodec: { encode: encodeMembership, decode: decodeMembership },
      observe: {
        logWritten: () => undefined,
        stateWritten: () => undefined,
        snapshotsUnderWay: () => undefined,
        snapshotEnded: ({ way, whole }) => {
          if (way === "received" && whole) this.#parts.stateReceived();
        },
      },
      directories: new StateDirectories(files),
      room: { shortage: undefined, onChange: () => undefined },
      openEngine,
      openStagingEngine: openEngine,
    });
    this.#replica = replica;
    replica.onFailure((failure) => {
      if (!time.hasEnded) this.#parts.failed(failure);
    });
    const network = hub.join({
      address: peerAddress,
      identity: () => replica.identity(),
      events: replica.events,
      run: (task) => time.run(task),
    });
    // Who may talk to whom changes with each birth and configuration.
    replica.onChange((status) => {
      hub.refresh();
      this.#parts.changed(status);
    });
    this.#serve(replica);
    await replica.start(network);
  }

  #serve(replica: Replica): void {
    const { logger, machine } = this.#parts;
    const layout = rowLayout(FIRST_GROUP);
    const calls = new ReplicaCalls({ clock: this.time, replica });
    const headers = new Headers({ replica, turn: this.time });
    this.#maintenance = new MaintenanceService({ headers, replica, calls, layout });
    const limits = DEFAULT_OPERATION_LIMITS;
    this.#kv = new KvService({ replica, calls, limits, layout });
    const { random } = machine.dice;
    const ports = { clock: this.time, turn: this.time, random, logger, layout };
    this.#watches = new WatchService({ ...ports, replica, limits: this.#parts.watchLimits });
    this.#lease = new LeaseService({ replica, calls, random, limits, layout });
    this.#sessions = new SessionService({
      clock: this.time,
      replica,
      calls,
      logger,
      operationLimits: DEFAULT_OPERATION_LIMITS,
      limits: { ...SESSION_LIMITS, farewellMs: this.#parts.farewellMs },
      layout,
    });
  }
}
