import type { ServerOptions } from "@grpc/grpc-js";

/** etcd's bound of a request, 1.5 MiB, and 512 KiB for what is around it. */
export const RECEIVE_BYTES_MAX: number = 1_572_864 + 512 * 1024;
/** Calls and streams at once on one connection. */
export const STREAMS_PER_CONNECTION_MAX = 16_384;

/** When a client that says nothing is asked whether it is there, and how long it may take to answer. */
export interface ClientPings {
  readonly pingMs: number;
  readonly pingTimeoutMs: number;
}

/**
 * A client whose host lost its power, or its network for long, closes nothing: without these its
 * connection and its streams would be held, and counted, until the node ends.
 */
export const CLIENT_PINGS: ClientPings = Object.freeze({ pingMs: 30_000, pingTimeoutMs: 10_000 });

/** Typed closed, because grpc-js takes any misspelt name. */
export function grpcServerOptions({ pingMs, pingTimeoutMs }: ClientPings): ServerOptions {
  const options: Required<
    Pick<
      ServerOptions,
      | "grpc.max_receive_message_length"
      | "grpc.max_send_message_length"
      | "grpc.max_concurrent_streams"
      | "grpc.enable_channelz"
      | "grpc.keepalive_time_ms"
      | "grpc.keepalive_timeout_ms"
    >
  > = {
    "grpc.max_receive_message_length": RECEIVE_BYTES_MAX,
    "grpc.max_send_message_length": -1,
    "grpc.max_concurrent_streams": STREAMS_PER_CONNECTION_MAX,
    // Nobody asks for it here, and it costs on each message.
    "grpc.enable_channelz": 0,
    "grpc.keepalive_time_ms": pingMs,
    "grpc.keepalive_timeout_ms": pingTimeoutMs,
  };
  return options;
}
