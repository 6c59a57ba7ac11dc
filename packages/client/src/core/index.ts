// The client without a wire: what stands on a transport of its own.
export { CLIENT_LIMITS, type ClientLimits } from "./client-limits.ts";
export { Entry } from "./entry.ts";
export { Holdfast } from "./holdfast.ts";
export { SessionClient } from "./session-client.ts";
export type {
  SessionFrame,
  SessionReply,
  SessionStream,
  SessionStreamHandlers,
  SessionTransport,
} from "./session-transport.ts";
