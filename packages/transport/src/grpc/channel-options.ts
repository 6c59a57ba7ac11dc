import { ChannelCredentials, type ChannelOptions, ServerCredentials } from "@grpc/grpc-js";
import type { PeerLimits } from "../peer-limits.ts";

/**
 * The options of grpc-js that peers use. Its own type takes any key, so a
 * misspelt one would be ignored without a word; this one is closed.
 */
interface PeerChannelOptions {
  readonly "grpc.max_send_message_length": number;
  readonly "grpc.max_receive_message_length": number;
  readonly "grpc.enable_channelz": 0;
  readonly "grpc.enable_retries"?: 0;
  readonly "grpc.enable_http_proxy"?: 0;
  readonly "grpc.service_config_disable_resolution"?: 1;
  readonly "grpc.use_local_subchannel_pool"?: 1;
  readonly "grpc.initial_reconnect_backoff_ms"?: number;
  readonly "grpc.max_reconnect_backoff_ms"?: number;
  readonly "grpc.keepalive_time_ms"?: number;
  readonly "grpc.keepalive_timeout_ms"?: number;
  readonly "grpc.max_connection_idle_ms"?: number;
}

/** A channel of its own socket, straight to the address, whatever the environment says of proxies. */
export function peerClientOptions(limits: PeerLimits): ChannelOptions {
  const options: PeerChannelOptions = {
    "grpc.max_send_message_length": limits.wireBytesMax,
    "grpc.max_receive_message_length": limits.wireBytesMax,
    "grpc.enable_channelz": 0,
    "grpc.enable_retries": 0,
    "grpc.enable_http_proxy": 0,
    "grpc.service_config_disable_resolution": 1,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": limits.redialMs,
    "grpc.max_reconnect_backoff_ms": limits.redialMsMax,
    "grpc.keepalive_time_ms": limits.pingMs,
    "grpc.keepalive_timeout_ms": limits.pingTimeoutMs,
  };
  return { ...options };
}

export function peerServerOptions(limits: PeerLimits): ChannelOptions {
  const options: PeerChannelOptions = {
    "grpc.max_send_message_length": limits.wireBytesMax,
    "grpc.max_receive_message_length": limits.wireBytesMax,
    "grpc.enable_channelz": 0,
    "grpc.max_connection_idle_ms": limits.idleMs,
    // A peer whose host lost its power ends neither its streams nor its connections.
    "grpc.keepalive_time_ms": limits.idleMs,
    "grpc.keepalive_timeout_ms": limits.pingTimeoutMs,
  };
  return { ...options };
}

/** The one place where the peer port's client side would learn TLS. */
export function peerClientCredentials(): ChannelCredentials {
  return ChannelCredentials.createInsecure();
}

/** The one place where the peer port's server side would learn TLS. */
export function peerServerCredentials(): ServerCredentials {
  return ServerCredentials.createInsecure();
}
