// The client without a wire: what stands on a transport of its own.

export { AddressBook } from "./address-book.ts";
export type { Lock } from "./claims/lock.ts";
export { CLIENT_LIMITS, type ClientLimits } from "./client-limits.ts";
export { Entry } from "./entry.ts";
export { Holdfast } from "./holdfast.ts";
export { RequestError } from "./request-error.ts";
export { SessionClient } from "./session-client.ts";
export type {
  SessionFrame,
  SessionReply,
  SessionStream,
  SessionStreamHandlers,
  SessionTransport,
} from "./session-transport.ts";
export type { Change } from "./watch/change.ts";
export { CompactedError } from "./watch/compacted-error.ts";
export { Watch } from "./watch/watch.ts";
export type {
  OpenWatch,
  WatchListener,
  WatchRequest,
  WatchTransport,
} from "./watch/watch-transport.ts";
