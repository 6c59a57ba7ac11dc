import { type Logger, messageOf } from "@holdfast/base";
import type { ClusterConfig, NodeConfig } from "@holdfast/config";
import type { ReplicaStatus } from "@holdfast/replica";
import { Node } from "./node.ts";
import { type LogLevel, pinoLogger } from "./telemetry/pino-logger.ts";

/** What a node says of itself whenever it changes. */
export interface NodeStanding {
  readonly role: string;
  /** The name of the leader that it knows. */
  readonly leader: string | undefined;
  readonly term: number;
  /** Why it does not serve; `undefined` when it does. */
  readonly waitingFor: string | undefined;
}

export interface NodeEnd {
  readonly reason: "stopped" | "failed";
  readonly message?: string | undefined;
}

/** A node that serves, until it is stopped or fails. */
export interface RunningNode {
  /** May be called more than once; every call waits for the same end. */
  stop(): Promise<void>;
  readonly stopped: Promise<NodeEnd>;
  /** Calls at once with what is known, then after every change. */
  onStatus(listener: (standing: NodeStanding) => void): void;
}

/** Runs one node in this process; resolves once it listens and takes part, rejects having undone its own part. */
export async function runNode(options: {
  readonly config: ClusterConfig;
  readonly node: NodeConfig;
  readonly bootstrap: boolean;
  readonly logLevel: LogLevel;
}): Promise<RunningNode> {
  const { config, node: nodeConfig, bootstrap } = options;
  const logger = pinoLogger(options.logLevel).child({ node: nodeConfig.id });
  const node = await Node.open({ config, node: nodeConfig, bootstrap, logger });
  const stopped = endOf(node, logger);
  await node.start(nodeConfig.peer);
  logger.info({ client: nodeConfig.client, peer: nodeConfig.peer }, "node serves");
  return {
    stop: stopped.stop,
    stopped: stopped.end,
    onStatus: (listener) => {
      const { replica } = node;
      replica.onChange((status) => listener(standingOf(status)));
      listener(standingOf(replica.status()));
    },
  };
}

/** A node ends by being stopped, or because its replica failed; then it stops serving too. */
function endOf(
  node: Node,
  logger: Logger,
): { readonly stop: () => Promise<void>; readonly end: Promise<NodeEnd> } {
  let tell: (end: NodeEnd) => void = () => undefined;
  const end = new Promise<NodeEnd>((resolve) => {
    tell = resolve;
  });
  const stop = async (): Promise<void> => {
    await node.stop();
    logger.info({}, "node stopped");
    tell({ reason: "stopped" });
  };
  node.replica.onFailure((failure) => {
    const message = messageOf(failure);
    node.stop().then(
      () => tell({ reason: "failed", message }),
      () => tell({ reason: "failed", message }),
    );
  });
  return { stop, end };
}

function standingOf({ role, leader, term, membership, waitingFor }: ReplicaStatus): NodeStanding {
  const name = membership.profiles.find(({ id }) => id === leader)?.name;
  return { role, leader: name ?? leader?.toString(), term, waitingFor };
}
