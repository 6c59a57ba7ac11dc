import type { Clock, Logger, Random, Turn } from "@holdfast/base";
import type { ReplicaApi } from "@holdfast/replica";
import {
  AlarmService,
  ClaimQueue,
  ClusterService,
  ElectionService,
  Headers,
  HealthService,
  KvService,
  LeaseService,
  LockService,
  MaintenanceService,
  ReplicaCalls,
  SESSION_LIMITS,
  SessionService,
  WatchService,
} from "@holdfast/service";
import {
  DEFAULT_OPERATION_LIMITS,
  type OperationLimits,
  type RowLayout,
} from "@holdfast/state-machine";
import type { SpaceStanding } from "@holdfast/storage";
import { HealthImplementation } from "grpc-health-check";
import { ClientPort, type ClientPortOptions } from "./client-port/client-port.ts";
import type { ListenAddress } from "./client-port/listen.ts";
import { createGrpcServer } from "./grpc/grpc-server.ts";
import { KeepAliveStreams } from "./grpc/keep-alive-streams.ts";
import { CLIENT_PINGS, type ClientPings } from "./grpc/server-options.ts";
import { createHttpServers } from "./http/http-server.ts";
import { CallLedger } from "./requests/call-ledger.ts";
import { EventLoopDelay } from "./telemetry/event-loop-delay.ts";
import { NodeMetrics } from "./telemetry/node-metrics.ts";

export interface ClientEdgePorts {
  readonly replica: ReplicaApi;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: Random;
  readonly logger: Logger;
  /** Where the replica's state machine keeps its rows. */
  readonly layout: RowLayout;
  /** The room on the node's disk; left away, nothing is measured of it. */
  readonly space?: { readonly standing: SpaceStanding };
}

export interface ClientEdgeOptions
  extends ListenAddress,
    Partial<Omit<ClientPortOptions, keyof ListenAddress>>,
    Partial<ClientPings> {
  /** @default DEFAULT_OPERATION_LIMITS */
  readonly operationLimits?: OperationLimits;
}

const NO_WATCHES = { streams: 0, watches: 0, behind: 0, events: 0 } as const;

/**
 * All that clients of a node see: the services over its replica, on one port.
 *
 * The constructor opens nothing. `start` resolves when clients are served;
 * `drain` and `stop` may be called any number of times.
 */
export class ClientEdge {
  readonly metrics: NodeMetrics;
  readonly eventLoopDelay: EventLoopDelay = new EventLoopDelay();
  readonly #ports: ClientEdgePorts;
  readonly #options: ClientEdgeOptions;
  readonly #ledger = new CallLedger();
  /** The empty name stands for the whole server. */
  readonly #health = new HealthImplementation({ "": "NOT_SERVING" });
  readonly #keepAlives: KeepAliveStreams;
  #sessions: SessionService | undefined;
  #watches: WatchService | undefined;
  #port: ClientPort | undefined;

  constructor(ports: ClientEdgePorts, options: ClientEdgeOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#keepAlives = new KeepAliveStreams(ports);
    this.metrics = new NodeMetrics({
      status: () => ports.replica.status(),
      ledger: this.#ledger,
      eventLoopDelay: this.eventLoopDelay,
      connections: () => this.#port?.connections ?? 0,
      watches: () => this.#watches?.counts() ?? NO_WATCHES,
      space: ports.space,
      leases: () => ports.replica.leases.counts(),
    });
  }

  /** @throws PortTakenError, ListenError */
  async start(): Promise<void> {
    const { replica, clock, turn, random, logger, layout } = this.#ports;
    const headers = new Headers(this.#ports);
    const calls = new ReplicaCalls({ clock, replica });
    const limits = this.#options.operationLimits ?? DEFAULT_OPERATION_LIMITS;
    this.#sessions = new SessionService({
      clock,
      replica,
      calls,
      logger,
      operationLimits: limits,
      limits: SESSION_LIMITS,
      layout,
    });
    this.#watches = new WatchService(this.#ports);
    const kv = new KvService({ replica, calls, limits, layout });
    const lease = new LeaseService({ replica, calls, random, limits, layout });
    const parts = {
      kv,
      lease,
      ...recipes({ kv, lease, watches: this.#watches }),
      keepAlives: this.#keepAlives,
      cluster: new ClusterService({ replica, calls }),
      alarms: new AlarmService({ replica, calls }),
      maintenance: new MaintenanceService({ headers, replica, calls, layout }),
      sessions: this.#sessions,
      watches: this.#watches,
      headers,
      health: this.#health,
      ledger: this.#ledger,
      logger,
      turn,
    };
    const { server: grpc, ...gateway } = createGrpcServer(parts, {
      ...CLIENT_PINGS,
      ...this.#options,
    });
    const { http, sockets } = await createHttpServers({
      health: new HealthService({ replica, calls }),
      headers,
      metrics: this.metrics,
      gateway,
      logger,
    });
    this.#port = new ClientPort(
      { grpc, http, sockets, calls: this.#ledger, logger },
      this.#options,
    );
    await this.#port.start();
    this.eventLoopDelay.start();
    this.#health.setStatus("", "SERVING");
  }

  /** Where clients connect; known once it has started. */
  get address(): ListenAddress | undefined {
    return this.#port?.address;
  }

  /** Ends within `graceMs`: nothing new is accepted, what is in flight is answered. */
  async drain(graceMs: number): Promise<void> {
    this.#health.setStatus("", "NOT_SERVING");
    this.endStreams();
    await this.#port?.drain(graceMs);
    this.eventLoopDelay.stop();
  }

  /** Ends all streams, and takes no others: their clients go on with another node. */
  endStreams(): void {
    this.#sessions?.drain();
    this.#watches?.drain();
    this.#keepAlives.drain();
  }

  stop(): Promise<void> {
    return this.drain(0);
  }
}

/** Locks and elections, which stand on keys, leases and watches. */
function recipes(parts: {
  readonly kv: KvService;
  readonly lease: LeaseService;
  readonly watches: WatchService;
}): { readonly locks: LockService; readonly elections: ElectionService } {
  const queue = new ClaimQueue(parts);
  return {
    locks: new LockService({ kv: parts.kv, queue }),
    elections: new ElectionService({ ...parts, queue }),
  };
}
