import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Logger, Turn } from "@holdfast/base";
import { assert } from "@holdfast/base";
import {
  decodeCompaction,
  decodeDeleteRange,
  decodePut,
  decodeRange,
  decodeTxn,
  encodeDeleteRange,
  encodeHeader,
  encodePut,
  encodeRange,
  encodeTxn,
  isSerializableTxn,
  type KVHandlers,
  type WireHeader,
} from "@holdfast/protocol";
import type { Headers, KvService } from "@holdfast/service";
import { isReadRefusal, type RangeAnswer } from "@holdfast/state-machine";
import type { CallLedger, MethodCalls } from "../requests/call-ledger.ts";
import {
  type EncodedRange,
  encodeLargeRange,
  isLarge,
  type RangeSerializer,
} from "./large-range.ts";
import { rangeStreamHandler } from "./range-stream-handler.ts";
import { refusalOf } from "./refused-result.ts";
import { unaryCall } from "./unary-call.ts";

export interface KvParts {
  readonly kv: KvService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
  readonly turn: Turn;
}

type RangeResponse = ReturnType<typeof encodeRange>;
type Served = Pick<KVHandlers, "Range" | "RangeStream" | "Put" | "DeleteRange" | "Txn" | "Compact">;

/** etcdserverpb.KV; what is missing answers UNIMPLEMENTED by itself. */
export function kvHandlers(
  { kv, headers, ledger, logger, turn }: KvParts,
  serialize: RangeSerializer,
): Served & UntypedServiceImplementation {
  const header = (revision: number): WireHeader => encodeHeader(headers.at(revision));
  const encodedIfLarge = (answer: RangeAnswer): RangeAnswer | Promise<EncodedRange> =>
    isReadRefusal(answer) || !isLarge(answer)
      ? answer
      : encodeLargeRange(() => header(answer.revision), answer, { turn, serialize });
  return {
    Range: unaryCall({
      calls: kvMethod(ledger, "Range"),
      logger,
      serve: (request, { timeoutMs, requireLeader }) => {
        const { serializable } = request;
        const query = decodeRange(request);
        const found = kv.range(query, { timeoutMs, requireLeader, serializable });
        return found instanceof Promise
          ? found.then<RangeAnswer | EncodedRange>(encodedIfLarge)
          : found;
      },
      refusal: (range) => ("encoded" in range ? undefined : refusalOf(range)),
      encode: (range) => {
        // The serializer of the method hands bytes on as they are.
        if ("encoded" in range) return range.encoded as RangeResponse;
        assert(!("kind" in range), "a range is answered by a range");
        return encodeRange(header(range.revision), range);
      },
    }),
    RangeStream: rangeStreamHandler({ kv, header, ledger, logger }),
    Put: unaryCall({
      calls: kvMethod(ledger, "Put"),
      logger,
      serve: (request, context) => kv.put(decodePut(request), context),
      refusal: refusalOf,
      encode: (result) => {
        assert(result.kind === "put", "a put is answered by a put");
        return encodePut(header(result.revision), result);
      },
    }),
    DeleteRange: unaryCall({
      calls: kvMethod(ledger, "DeleteRange"),
      logger,
      serve: (request, context) => kv.deleteRange(decodeDeleteRange(request), context),
      refusal: refusalOf,
      encode: (result) => {
        assert(result.kind === "delete-range", "a deletion is answered by a deletion");
        return encodeDeleteRange(header(result.revision), result);
      },
    }),
    Txn: unaryCall({
      calls: kvMethod(ledger, "Txn"),
      logger,
      serve: (request, { timeoutMs, requireLeader }) =>
        kv.txn(decodeTxn(request), {
          timeoutMs,
          requireLeader,
          serializable: isSerializableTxn(request),
        }),
      refusal: refusalOf,
      encode: (result) => {
        assert(result.kind === "txn", "a transaction is answered by a transaction");
        return encodeTxn(header(result.revision), result);
      },
    }),
    Compact: unaryCall({
      calls: kvMethod(ledger, "Compact"),
      logger,
      serve: (request, context) => {
        const { physical } = request;
        return kv.compact(decodeCompaction(request), { ...context, physical });
      },
      refusal: refusalOf,
      encode: (result) => {
        assert(result.kind === "compact", "a compaction is answered by a compaction");
        return { header: header(result.revision) };
      },
    }),
  };
}

function kvMethod(ledger: CallLedger, method: string): MethodCalls {
  return ledger.method({ service: "etcdserverpb.KV", method, type: "unary" });
}
