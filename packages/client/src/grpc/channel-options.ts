import type { ChannelOptions } from "@grpc/grpc-js";

/** The channel settings that we use; a closed type, because grpc-js takes any misspelt name. */
interface KnownChannelOptions {
  readonly "grpc.use_local_subchannel_pool": 1;
  readonly "grpc.initial_reconnect_backoff_ms": number;
  readonly "grpc.max_reconnect_backoff_ms": number;
  readonly "grpc.max_send_message_length": number;
  readonly "grpc.max_receive_message_length": number;
  readonly "grpc.keepalive_time_ms": number;
  readonly "grpc.keepalive_timeout_ms": number;
  readonly "grpc.enable_retries": 0;
  readonly "grpc.service_config_disable_resolution": 1;
}

/** One message at most, either way, bytes: an answer may hold a whole range. */
const MESSAGE_BYTES_MAX: number = 64 * 1024 * 1024;

/** A connection of its own for each channel, short pauses, no retries behind our back. */
const KNOWN_OPTIONS: KnownChannelOptions = {
  "grpc.use_local_subchannel_pool": 1,
  "grpc.initial_reconnect_backoff_ms": 50,
  "grpc.max_reconnect_backoff_ms": 500,
  "grpc.max_send_message_length": MESSAGE_BYTES_MAX,
  "grpc.max_receive_message_length": MESSAGE_BYTES_MAX,
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 5000,
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
};

export const CHANNEL_OPTIONS: ChannelOptions = { ...KNOWN_OPTIONS };
