import type { Cancel, Clock, Logger, Random, Turn } from "@holdfast/base";
import {
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

/** So many looks in a row at a node without a leader end the streams that want one (etcd-v3.md §1). */
const LEADERLESS_LOOKS = 3;

/** All watch streams of a node. */
export class WatchService {
  readonly hub: WatchHub;
  readonly #ports: WatchPorts;
  readonly #limits: WatchLimits;
  readonly #previous: PreviousPairs;
  readonly #streams = new Set<WatchStream>();
  /** Those that end when no leader is known. */
  readonly #needLeader = new Set<WatchStream>();
  #events = 0;
  #leaderless = 0;
  #cancelLook: Cancel | undefined;
  #isDraining = false;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
    this.#limits = { ...WATCH_LIMITS, ...ports.limits };
    this.hub = new WatchHub({ ...ports, limits: this.#limits });
    this.#previous = new PreviousPairs(ports);
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
    this.#streams.add(stream);
    if (requireLeader) this.#needLeader.add(stream);
    if (requireLeader) this.#lookForLeader();
    return stream;
  }

  /** Ends all streams: their clients go on with another node where they were. */
  drain(): void {
    this.#isDraining = true;
    this.#cancelLook?.();
    this.hub.stop();
    const stopping = new ReplicaStoppedError("this node is stopping", "not-applied");
    for (const stream of [...this.#streams]) stream.failed(stopping);
  }

  #forget(stream: WatchStream): void {
    this.#streams.delete(stream);
    this.#needLeader.delete(stream);
  }

  #lookForLeader(): void {
    const { clock, replica } = this.#ports;
    this.#cancelLook ??= clock.timer(replica.status().electionTimeoutMs, () => {
      this.#cancelLook = undefined;
      this.#leaderless = replica.status().leader === undefined ? this.#leaderless + 1 : 0;
      if (this.#leaderless >= LEADERLESS_LOOKS) {
        const failure = new NoLeaderError("no leader is known");
        for (const stream of [...this.#needLeader]) stream.failed(failure);
      }
      if (this.#needLeader.size > 0 && !this.#isDraining) this.#lookForLeader();
      else this.#leaderless = 0;
    });
  }
}
