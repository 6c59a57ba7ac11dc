import type { Clock, Logger, Random, Turn } from "@holdfast/base";
import {
  LeaderLookout,
  NoLeaderError,
  OverloadedError,
  type ReplicaApi,
  ReplicaStoppedError,
} from "@holdfast/replica";
import type { RowLayout } from "@holdfast/state-machine";
import { PreviousPairs } from "./previous-pairs.ts";
import { WatchHub } from "./watch-hub.ts";
import { WATCH_LIMITS, type WatchLimits, type WatchSink } from "./watch-messages.ts";
import { WatchStream } from "./watch-stream.ts";

export interface WatchPorts {
  readonly replica: ReplicaApi;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: Random;
  readonly logger: Logger;
  readonly layout: RowLayout;
  /** @default WATCH_LIMITS */
  readonly limits?: Partial<WatchLimits>;
}

/** All watch streams of a node. */
export class WatchService {
  readonly hub: WatchHub;
  readonly #ports: WatchPorts;
  readonly #limits: WatchLimits;
  readonly #previous: PreviousPairs;
  /** Each with what ends its wish for a leader. */
  readonly #streams = new Map<WatchStream, () => void>();
  readonly #lookout: LeaderLookout;
  #events = 0;
  #isDraining = false;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
    this.#limits = { ...WATCH_LIMITS, ...ports.limits };
    this.hub = new WatchHub({ ...ports, limits: this.#limits });
    this.#previous = new PreviousPairs(ports);
    const { clock, replica } = ports;
    this.#lookout = new LeaderLookout({
      clock,
      electionTimeoutMs: () => replica.status().electionTimeoutMs,
      hasLeader: () => replica.status().leader !== undefined,
    });
  }

  counts(): {
    readonly streams: number;
    readonly watches: number;
    readonly behind: number;
    readonly events: number;
  } {
    const { watchers, watchersBehind } = this.hub;
    const events = this.#events;
    return { streams: this.#streams.size, watches: watchers, behind: watchersBehind, events };
  }

  /**
   * A new stream, whose answers go to `sink`.
   *
   * @throws NoLeaderError where this node serves nobody yet, or has no leader though one is required
   * @throws OverloadedError where the node is stopping
   */
  open(sink: WatchSink, { requireLeader }: { readonly requireLeader: boolean }): WatchStream {
    if (this.#isDraining) throw new OverloadedError("this node is stopping; watch another");
    const { memberId, leader, waitingFor } = this.#ports.replica.status();
    if (memberId === undefined) {
      throw new NoLeaderError(`this node does not serve yet: ${waitingFor ?? "it is starting"}`);
    }
    if (requireLeader && leader === undefined) throw new NoLeaderError("no leader is known");
    const stream = new WatchStream({
      ...this.#ports,
      hub: this.hub,
      previous: this.#previous,
      limits: this.#limits,
      sink,
      told: (events) => {
        this.#events += events;
      },
      closed: (closed) => this.#forget(closed),
    });
    const lost = (failure: NoLeaderError): void => stream.failed(failure);
    this.#streams.set(stream, requireLeader ? this.#lookout.want(lost) : () => undefined);
    return stream;
  }

  /** Ends all streams: their clients go on with another node where they were. */
  drain(): void {
    this.#isDraining = true;
    this.#lookout.stop();
    this.hub.stop();
    const stopping = new ReplicaStoppedError("this node is stopping", "not-applied");
    for (const stream of [...this.#streams.keys()]) stream.failed(stopping);
  }

  #forget(stream: WatchStream): void {
    this.#streams.get(stream)?.();
    this.#streams.delete(stream);
  }
}
