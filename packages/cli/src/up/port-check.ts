import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { HoldfastError, type Outcome } from "@holdfast/base";
import { type NodeConfig, parseAddress } from "@holdfast/config";

/** An address that a node is to listen on. */
export interface Listening {
  /** Such as `n1 client`. */
  readonly use: string;
  /** `host:port`. */
  readonly address: string;
}

const COMMAND_LENGTH_MAX = 120;
const POLL_MS = 20;

/** Ports that nodes cannot listen on, each with the reason. */
export class PortsTakenError extends HoldfastError {
  readonly code = "PORT_TAKEN";
  readonly outcome: Outcome = "not-applied";
  readonly retryable = true;
}

/** All that the nodes listen on. */
export function listenings(nodes: readonly NodeConfig[]): readonly Listening[] {
  return nodes.flatMap(({ id, client, peer }) => [
    { use: `${id} client`, address: client },
    { use: `${id} peer`, address: peer },
  ]);
}

/**
 * Refuses addresses that cannot be listened on now.
 *
 * @throws PortsTakenError that names each port and the process that holds it.
 */
export async function checkPorts(wanted: readonly Listening[]): Promise<void> {
  const reasons = await Promise.all(wanted.map(refusalReason));
  const refused = reasons.filter((reason) => reason !== undefined);
  if (refused.length > 0) throw new PortsTakenError(refused.join("\n"));
}

/**
 * Waits until all of `wanted` can be listened on again.
 *
 * @returns what is still taken after `withinMs`, each with its holder.
 */
export async function waitUntilFree(
  wanted: readonly Listening[],
  withinMs: number,
): Promise<readonly string[]> {
  const deadline = performance.now() + withinMs;
  let taken = await notFree(wanted);
  while (taken.length > 0 && performance.now() < deadline) {
    await pause(POLL_MS);
    taken = await notFree(taken);
  }
  const reasons = await Promise.all(taken.map(refusalReason));
  return reasons.filter((reason) => reason !== undefined);
}

async function notFree(wanted: readonly Listening[]): Promise<readonly Listening[]> {
  const codes = await Promise.all(wanted.map(({ address }) => tryListening(address)));
  return wanted.filter((_, index) => codes[index] !== undefined);
}

async function refusalReason({ use, address }: Listening): Promise<string | undefined> {
  const code = await tryListening(address);
  if (code === undefined) return undefined;
  if (code === "EADDRINUSE")
    return `${address} (${use}) is taken by ${await describeHolder(address)}`;
  if (code === "EADDRNOTAVAIL") return `${address} (${use}) is not an address of this machine`;
  return `${address} (${use}) cannot be listened on: ${code}`;
}

/** The error code of an attempt to listen; undefined if it went well. */
function tryListening(address: string): Promise<string | undefined> {
  const { host, port } = parseAddress(address) ?? { host: address, port: 0 };
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (failure: NodeJS.ErrnoException) =>
      resolve(failure.code ?? failure.message),
    );
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function describeHolder(address: string): Promise<string> {
  const port = parseAddress(address)?.port ?? 0;
  const { findPortHolder } = await import("@holdfast/server");
  const holder = await findPortHolder(port);
  return holder === undefined
    ? `another process; \`lsof -nP -iTCP:${port} -sTCP:LISTEN\` shows whose`
    : `process ${holder.pid}: ${cut(holder.command)}`;
}

function cut(command: string): string {
  return command.length > COMMAND_LENGTH_MAX ? `${command.slice(0, COMMAND_LENGTH_MAX)}…` : command;
}
