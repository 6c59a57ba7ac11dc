import { status } from "@grpc/grpc-js";
import type { MemberId } from "@holdfast/base";
import type { LeaseCounts, ReplicaStatus } from "@holdfast/replica";
import type { SpaceStanding } from "@holdfast/storage";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { CallLedger } from "../requests/call-ledger.ts";
import { diskMetrics } from "./disk-metrics.ts";
import type { EventLoopDelay } from "./event-loop-delay.ts";
import { leaseMetrics } from "./lease-metrics.ts";
import { SnapshotMetrics } from "./snapshot-metrics.ts";
import { type WatchCounts, watchMetrics } from "./watch-metrics.ts";

export interface MetricSources {
  status(): ReplicaStatus;
  readonly ledger: CallLedger;
  readonly eventLoopDelay: EventLoopDelay;
  readonly connections: () => number;
  watches(): WatchCounts;
  readonly leases: () => LeaseCounts;
  readonly space?: { readonly standing: SpaceStanding } | undefined;
}

/** Methods that propose; their calls are what etcd counts as proposals. */
const WRITES: ReadonlySet<string> = new Set(["Put", "DeleteRange", "Txn"]);
/** With these a proposal failed; with any other the request was at fault. */
const FAILED = [status.UNKNOWN, status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.INTERNAL];
/** 1 ms to 8 s, as etcd has them for its disk. */
const DISK_BUCKETS = Array.from({ length: 14 }, (_, power) => 0.001 * 2 ** power);

/**
 * All that a node measures (docs/metrics.md). Names of etcd's are kept where the
 * meaning is the same, so that its dashboards and alert rules work.
 */
export class NodeMetrics {
  readonly #registry = new Registry();
  readonly #leaderChanges: Counter;
  readonly #walFsync: Histogram;
  readonly #stateCommit: Histogram;
  readonly snapshots: SnapshotMetrics;
  #leader: MemberId | undefined;

  constructor(sources: MetricSources) {
    collectDefaultMetrics({ register: this.#registry });
    this.#leaderChanges = new Counter({
      name: "etcd_server_leader_changes_seen_total",
      help: "Leaders this member has come to know, beside the first.",
      registers: [this.#registry],
    });
    this.#walFsync = this.#seconds(
      "etcd_disk_wal_fsync_duration_seconds",
      "Durable writes of the log, from their start.",
    );
    this.#stateCommit = this.#seconds(
      "etcd_disk_backend_commit_duration_seconds",
      "Durable writes of the applied state.",
    );
    this.snapshots = new SnapshotMetrics(this.#registry);
    this.#replicaGauges(sources);
    this.#proposals(sources.ledger);
    this.#handledCalls(sources.ledger);
    this.#callsInFlight(sources.ledger);
    this.#eventLoop(sources.eventLoopDelay);
    watchMetrics(this.#registry, () => sources.watches());
    leaseMetrics(this.#registry, sources.leases);
    const { space } = sources;
    if (space !== undefined) diskMetrics(this.#registry, () => space.standing);
    this.#gauge(
      "holdfast_client_connections",
      "Connections on the client port.",
      sources.connections,
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Tells who leads now; called whenever that changes. */
  noteLeader(leader: MemberId | undefined): void {
    if (leader === undefined || leader === this.#leader) return;
    if (this.#leader !== undefined) this.#leaderChanges.inc();
    this.#leader = leader;
  }

  noteWalWrite(seconds: number): void {
    this.#walFsync.observe(seconds);
  }

  noteStateCommit(seconds: number): void {
    this.#stateCommit.observe(seconds);
  }

  #replicaGauges({ status: read }: MetricSources): void {
    this.#gauge("etcd_server_has_leader", "Whether this member knows a leader.", () =>
      Number(read().leader !== undefined),
    );
    this.#gauge("etcd_server_is_leader", "Whether this member is the leader.", () =>
      Number(read().role === "leader"),
    );
    this.#gauge("etcd_server_is_learner", "Whether this member is a learner.", () =>
      Number(read().role === "learner"),
    );
    // etcd declares these two as gauges in spite of their names.
    this.#gauge(
      "etcd_server_proposals_committed_total",
      "The index up to which the log is committed.",
      () => read().committed,
    );
    this.#gauge(
      "etcd_server_proposals_applied_total",
      "The index up to which the log is applied here.",
      () => read().applied,
    );
    this.#gauge(
      "etcd_mvcc_db_total_size_in_bytes",
      "The applied state on disk.",
      () => read().stateBytes,
    );
    this.#gauge(
      "etcd_server_quota_backend_bytes",
      "How large it may grow; below 0: as large as it likes.",
      () => read().quotaBytes,
    );
    this.#gauge("holdfast_raft_term", "The term of this member.", () => read().term);
    this.#gauge("holdfast_store_revision", "The revision of the store.", () => read().revision);
    this.#gauge("holdfast_sessions", "Sessions that are open.", () => read().sessions);
  }

  #proposals(ledger: CallLedger): void {
    const writes = () => ledger.methods().filter(({ name }) => WRITES.has(name.method));
    this.#gauge("etcd_server_proposals_pending", "Writes that wait for their answer.", () =>
      writes().reduce((sum, { inFlight }) => sum + inFlight, 0),
    );
    this.#counter(
      "etcd_server_proposals_failed_total",
      "Writes that the cluster could not carry out.",
      [],
      (counter) => {
        for (const calls of writes()) {
          for (const code of FAILED) counter.inc(calls.handled(code));
        }
      },
    );
  }

  #handledCalls(ledger: CallLedger): void {
    const codes = Object.entries(status).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    );
    this.#counter(
      "grpc_server_handled_total",
      "Calls answered, by how.",
      ["grpc_type", "grpc_service", "grpc_method", "grpc_code"],
      (counter) => {
        for (const calls of ledger.methods()) {
          const { type, service, method } = calls.name;
          for (const [name, code] of codes) {
            const handled = calls.handled(code);
            if (handled === 0 && code !== status.OK) continue;
            const labels = { grpc_type: type, grpc_service: service, grpc_method: method };
            counter.inc({ ...labels, grpc_code: codeLabel(name) }, handled);
          }
        }
      },
    );
  }

  #callsInFlight(ledger: CallLedger): void {
    const gauge: Gauge<"grpc_service" | "grpc_method"> = new Gauge({
      name: "holdfast_grpc_calls_in_flight",
      help: "Calls and streams that are open.",
      labelNames: ["grpc_service", "grpc_method"],
      registers: [this.#registry],
      collect: () => {
        for (const { name, inFlight } of ledger.methods()) {
          gauge.set({ grpc_service: name.service, grpc_method: name.method }, inFlight);
        }
      },
    });
  }

  #eventLoop(delay: EventLoopDelay): void {
    const gauge: Gauge<"quantile"> = new Gauge({
      name: "holdfast_event_loop_delay_seconds",
      help: "How late the event loop was, since the last reset of the window.",
      labelNames: ["quantile"],
      registers: [this.#registry],
      collect: () => {
        const { p50, p99, max } = delay.read();
        gauge.set({ quantile: "0.5" }, p50);
        gauge.set({ quantile: "0.99" }, p99);
        gauge.set({ quantile: "1" }, max);
      },
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(read()),
    });
  }

  /** A counter whose values are kept elsewhere and only copied when somebody looks. */
  #counter(
    name: string,
    help: string,
    labelNames: string[],
    copy: (counter: Counter) => void,
  ): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        copy(counter);
      },
    });
  }

  #seconds(name: string, help: string): Histogram {
    return new Histogram({ name, help, buckets: DISK_BUCKETS, registers: [this.#registry] });
  }
}

/** `RESOURCE_EXHAUSTED` as Go's servers and the dashboards made for them say it: `ResourceExhausted`. */
function codeLabel(name: string): string {
  if (name === "OK") return name;
  // Go says it with one l.
  if (name === "CANCELLED") return "Canceled";
  return name
    .toLowerCase()
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
