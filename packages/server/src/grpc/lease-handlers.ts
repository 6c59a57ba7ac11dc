import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import { assert, type Logger, type Turn } from "@holdfast/base";
import {
  decodeLeaseGrant,
  decodeLeaseId,
  encodeHeader,
  encodeLeaseGrant,
  encodeLeases,
  encodeLeaseTimeToLive,
  type LeaseHandlers,
  statusOfError,
  unforeseenStatus,
  type WireHeader,
  type WireStatus,
} from "@holdfast/protocol";
import type { Headers, LeaseService } from "@holdfast/service";
import type { CallLedger, MethodCalls } from "../requests/call-ledger.ts";
import { answerInSlices, ITEMS_PER_TURN } from "./answer-in-slices.ts";
import { type KeepAliveCall, KeepAliveStream } from "./keep-alive-stream.ts";
import type { KeepAliveStreams } from "./keep-alive-streams.ts";
import { refusalOf } from "./refused-result.ts";
import { contextOf, unaryCall } from "./unary-call.ts";

export interface LeaseParts {
  readonly lease: LeaseService;
  /** Streams that are open, for a node that drains or has no leader. */
  readonly keepAlives: KeepAliveStreams;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
  readonly turn: Turn;
}

/** Methods whose answers may be encoded already. */
export const LARGE_LEASE_ANSWERS = ["LeaseTimeToLive", "LeaseLeases"] as const;

/** etcdserverpb.Lease; `service` is how its answers are encoded. */
export function leaseHandlers(
  parts: LeaseParts,
  service: ServiceDefinition,
): LeaseHandlers & UntypedServiceImplementation {
  const { lease, headers, ledger, logger, turn } = parts;
  const header = (revision: number): WireHeader => encodeHeader(headers.at(revision));
  const headerNow = (): WireHeader => header(headers.status().revision);
  return {
    LeaseGrant: unaryCall({
      calls: leaseMethod(ledger, "LeaseGrant"),
      logger,
      serve: (request, context) => lease.grant(decodeLeaseGrant(request), context),
      refusal: refusalOf,
      encode: (granted) => {
        assert(granted.kind === "granted", "what is not refused is granted");
        return encodeLeaseGrant(header(granted.revision), granted);
      },
    }),
    LeaseRevoke: unaryCall({
      calls: leaseMethod(ledger, "LeaseRevoke"),
      logger,
      serve: (request, context) => lease.revoke(decodeLeaseId(request), context),
      refusal: refusalOf,
      encode: (result) => {
        assert(result.kind === "lease-revoke", "what is not refused is revoked");
        return { header: header(result.revision) };
      },
    }),
    LeaseTimeToLive: unaryCall({
      calls: leaseMethod(ledger, "LeaseTimeToLive"),
      logger,
      serve: async (request, context) => {
        const id = decodeLeaseId(request);
        const found = { id, ...(await lease.timeToLive({ id, keys: request.keys }, context)) };
        if (found.keys.length <= ITEMS_PER_TURN) return found;
        const answer = {
          part: (keys: readonly Uint8Array[]) => ({ keys }),
          rest: () => encodeLeaseTimeToLive(headerNow(), { ...found, keys: [] }),
        };
        return answerInSlices(found.keys, answer, { turn, service, method: "LeaseTimeToLive" });
      },
      encode: (found) =>
        Buffer.isBuffer(found)
          ? asEncoded<TimeToLiveAnswer>(found)
          : encodeLeaseTimeToLive(headerNow(), found),
    }),
    LeaseLeases: unaryCall({
      calls: leaseMethod(ledger, "LeaseLeases"),
      logger,
      serve: () => {
        const ids = lease.leases();
        if (ids.length <= ITEMS_PER_TURN) return ids;
        const answer = {
          part: (some: readonly bigint[]) => encodeLeases(null, some),
          rest: () => encodeLeases(headerNow(), []),
        };
        return answerInSlices(ids, answer, { turn, service, method: "LeaseLeases" });
      },
      encode: (ids) =>
        Buffer.isBuffer(ids) ? asEncoded<LeasesAnswer>(ids) : encodeLeases(headerNow(), ids),
    }),
    LeaseKeepAlive: keepAlive(parts),
  };
}

function keepAlive({ lease, keepAlives, headers, ledger, logger }: LeaseParts) {
  const calls = ledger.method({
    service: "etcdserverpb.Lease",
    method: "LeaseKeepAlive",
    type: "bidi_stream",
  });
  const statusOf = (failure: unknown): WireStatus => {
    const known = statusOfError(failure);
    if (known === undefined) logger.error({ failure }, "a lease was not renewed, unexpectedly");
    return known ?? unforeseenStatus(failure);
  };
  return (call: KeepAliveCall): void => {
    calls.started();
    const context = contextOf(call);
    const stream: KeepAliveStream = new KeepAliveStream(call, {
      lease,
      headers,
      calls,
      statusOf,
      // A stream is to last; each of its renewals has the server's own limit.
      context: { ...context, timeoutMs: Number.POSITIVE_INFINITY },
      ended: () => keepAlives.delete(stream),
    });
    keepAlives.add(stream, context);
  };
}

type TimeToLiveAnswer = ReturnType<typeof encodeLeaseTimeToLive>;
type LeasesAnswer = ReturnType<typeof encodeLeases>;

/** The methods of {@link LARGE_LEASE_ANSWERS} hand bytes on as they are. */
function asEncoded<Answer>(bytes: Buffer): Answer {
  return bytes as Answer;
}

function leaseMethod(ledger: CallLedger, method: string): MethodCalls {
  return ledger.method({ service: "etcdserverpb.Lease", method, type: "unary" });
}
