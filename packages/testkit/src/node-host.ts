/** Where a node runs, if not simply on this machine: another network, another clock. */
export interface NodeHost {
  /** What the node listens on, and what this process reaches it by. */
  readonly ip: string;
  /** The command that goes there and becomes, as the same process, the command behind it. */
  readonly enter: readonly string[];
}

/** This machine, and a network that nobody else sees. */
export const LOOPBACK_HOST: NodeHost = { ip: "127.0.0.1", enter: [] };
