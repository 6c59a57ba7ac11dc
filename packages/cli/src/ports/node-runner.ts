import type { ClusterConfig, LogLevel, NodeConfig } from "@holdfast/config";

/** What a node says of itself whenever it changes. */
export interface NodeStanding {
  /** `leader`, `follower`, `candidate`, `learner` or `unborn`. */
  readonly role: string;
  /** The id of the leader that it follows; undefined while it knows none. */
  readonly leader: string | undefined;
  readonly term: number;
}

/** A node that serves, until it is stopped or fails. */
export interface RunningNode {
  /** Hands over, drains, closes the disk. May be called more than once; every call waits for the same end. */
  stop(): Promise<void>;
  readonly stopped: Promise<{
    readonly reason: "stopped" | "failed";
    readonly message?: string | undefined;
  }>;
  /** Calls at once with what is known, then after every change. */
  onStatus(listener: (standing: NodeStanding) => void): void;
}

/** What it takes to run one node in this process. */
export interface NodeRunOptions {
  readonly config: ClusterConfig;
  readonly node: NodeConfig;
  /** Forms a cluster of this file without waiting for the other nodes (decision 16). */
  readonly bootstrap: boolean;
  readonly logLevel: LogLevel;
}

/** Resolves once the node listens and takes part; rejects having undone its own part. */
export type RunNode = (options: NodeRunOptions) => Promise<RunningNode>;
