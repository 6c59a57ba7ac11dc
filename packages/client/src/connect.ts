import { parseAddresses } from "./core/address-book.ts";
import { CLIENT_LIMITS, type ClientLimits } from "./core/client-limits.ts";
import { Holdfast } from "./core/holdfast.ts";
import { SessionClient } from "./core/session-client.ts";
import { GrpcSessionTransport } from "./grpc/grpc-session-transport.ts";
import { GrpcStatusSource } from "./grpc/grpc-status-source.ts";
import { GrpcWatchTransport } from "./grpc/grpc-watch-transport.ts";
import { NodeClock } from "./node/node-clock.ts";
import { NodeRandom } from "./node/node-random.ts";
import { NodeTurn } from "./node/node-turn.ts";

export interface ConnectOptions {
  /** Gives up connecting when it fires; later it means nothing. */
  readonly signal?: AbortSignal;
  /**
   * How long to try to reach a node, ms.
   *
   * @default 5000
   */
  readonly timeoutMs?: number;
  /**
   * How long a call waits that does not say so itself, ms.
   *
   * @default 5000
   */
  readonly callTimeoutMs?: number;
  /** Bounds and paces other than {@link CLIENT_LIMITS}. */
  readonly limits?: Partial<ClientLimits>;
}

/**
 * Connects to a cluster by any of its addresses; the others are learnt from it.
 *
 * @throws RequestError `INVALID_ARGUMENT` for an address that is none; `TIMEOUT` with what each
 * address said where none could be reached in time; `ABORTED`.
 */
export async function connect(
  addresses: string | readonly string[],
  options: ConnectOptions = {},
): Promise<Holdfast> {
  const limits = Object.freeze({ ...CLIENT_LIMITS, ...options.limits });
  const { signal, timeoutMs = 5000, callTimeoutMs = 5000 } = options;
  const clock = new NodeClock();
  const random = new NodeRandom();
  const session = new SessionClient(
    {
      clock,
      turn: new NodeTurn(),
      random,
      transport: new GrpcSessionTransport(),
    },
    { addresses: parseAddresses(addresses, limits.addressesMax), limits },
  );
  await session.open({ signal, timeoutMs });
  const watching = { ports: { clock, random, transport: new GrpcWatchTransport() }, limits };
  return new Holdfast(session, new GrpcStatusSource(), { timeoutMs: callTimeoutMs, watching });
}
