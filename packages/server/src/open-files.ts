import { readFileSync } from "node:fs";
import { CLIENT_PORT_DEFAULTS } from "./client-port/client-port.ts";

/** Connections that each of a node's ports takes. */
export interface ConnectionLimits {
  readonly client: number;
  readonly peer: number;
}

const PEERS_MAX = 256;

/**
 * What the ports may take of the files that this process may have open: clients half,
 * peers an eighth. A connection is an open file like those of the log and the state, and
 * whoever opens many must not keep a node from its own disk.
 */
export function connectionLimits(openFilesMax: number = openFilesLimit()): ConnectionLimits {
  return {
    client: Math.min(CLIENT_PORT_DEFAULTS.connectionsMax, Math.floor(openFilesMax / 2)),
    peer: Math.min(PEERS_MAX, Math.floor(openFilesMax / 8)),
  };
}

/** `ulimit -n` of this process, which Node.js raises as far as it may; infinite where the system does not tell. */
export function openFilesLimit(limits: string = ownLimits()): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

function ownLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    // Another system than Linux.
    return "";
  }
}
