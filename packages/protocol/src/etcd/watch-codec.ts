import type { BlockEvent, KeyValue } from "@holdfast/state-machine";
import type { WatchCreateRequest__Output } from "../generated/etcdserverpb/WatchCreateRequest.ts";
import type { WatchResponse } from "../generated/etcdserverpb/WatchResponse.ts";
import type { Event } from "../generated/mvccpb/Event.ts";
import { encodeKeyValue } from "./kv-response-codec.ts";
import { encodeHeader, type HeaderFields } from "./response-header-codec.ts";
import { bigintOf, wireNumber } from "./safe-integer.ts";

/** A watch as it is asked for; below 0 `startRevision` is no revision of any store. */
export function decodeWatchCreate(request: WatchCreateRequest__Output): {
  readonly watchId: bigint;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly startRevision: number;
  readonly progressNotify: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
  readonly fragment: boolean;
} {
  return {
    watchId: bigintOf(request.watch_id),
    key: request.key,
    rangeEnd: request.range_end,
    startRevision: Math.min(Number(request.start_revision), Number.MAX_SAFE_INTEGER),
    progressNotify: request.progress_notify,
    noPut: request.filters.includes("NOPUT"),
    noDelete: request.filters.includes("NODELETE"),
    prevKv: request.prev_kv,
    fragment: request.fragment,
  };
}

/** The id of no watch: in answers that are about none, or about all of a stream. */
const NO_WATCH = -1;

type Answer =
  | { readonly kind: "created"; readonly watchId: bigint }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "full"; readonly reason: string }
  | { readonly kind: "canceled"; readonly watchId: bigint }
  | { readonly kind: "compacted"; readonly watchId: bigint; readonly compactRevision: number }
  | { readonly kind: "progress"; readonly watchId: bigint | undefined };

/** How a refusal ends that another node may not give. etcd has no field for that. */
const ASK_ANOTHER = "; ask another";

/** Whether a watch was refused, by its `cancel_reason`, because this node has no room for it. */
export function isNodeFull(cancelReason: string): boolean {
  return cancelReason.endsWith(ASK_ANOTHER);
}

/** What a stream of watches is told beside events. That of a compaction has no revision, as etcd's has none. */
export function encodeWatchAnswer(header: HeaderFields, answer: Answer): WatchResponse {
  switch (answer.kind) {
    case "created":
      return { header: encodeHeader(header), watch_id: wireNumber(answer.watchId), created: true };
    case "refused":
      return encodeRefused(header, answer.reason);
    case "full":
      return encodeRefused(header, `${answer.reason}${ASK_ANOTHER}`);
    case "canceled":
      return { header: encodeHeader(header), watch_id: wireNumber(answer.watchId), canceled: true };
    case "compacted":
      return {
        header: encodeHeader({ ...header, revision: 0 }),
        watch_id: wireNumber(answer.watchId),
        canceled: true,
        compact_revision: answer.compactRevision,
      };
    case "progress": {
      const watchId = answer.watchId === undefined ? NO_WATCH : wireNumber(answer.watchId);
      return { header: encodeHeader(header), watch_id: watchId };
    }
  }
}

function encodeRefused(header: HeaderFields, reason: string): WatchResponse {
  const head = { header: encodeHeader(header), watch_id: NO_WATCH };
  return { ...head, created: true, canceled: true, cancel_reason: reason };
}

/** Events of one watch. */
export function encodeWatchEvents(
  header: HeaderFields,
  answer: { readonly watchId: bigint; readonly fragment: boolean; readonly events: Event[] },
): WatchResponse {
  const { watchId, fragment, events } = answer;
  return { header: encodeHeader(header), watch_id: wireNumber(watchId), fragment, events };
}

/** A change; of a deletion nothing is told but which key, and when. */
export function encodeEvent(event: BlockEvent, previous: KeyValue | undefined): Event {
  const { kind, key, modRevision } = event;
  const wire: Event =
    kind === "put"
      ? { type: "PUT", kv: encodeKeyValue(event) }
      : { type: "DELETE", kv: { key, mod_revision: modRevision } };
  return previous === undefined ? wire : { ...wire, prev_kv: encodeKeyValue(previous) };
}
